// SPDX-License-Identifier: MIT
//
// The audit as lines of text; '!' marks what the network is meant to hide.
import {describeChannel} from './channels.js';
import {describeAddress, describeNetwork, describeProblem, describeVerdict, findKept} from './verdict.js';

function mark(exposed) {
	return exposed ? '! ' : '  ';
}

function* writeLearned(seen) {
	for (const address of seen.learned) {
		yield `${mark(address.protected)}${address.address} = ${describeAddress(address)}`;
		for (const {channel, where} of address.channels)
			yield `      ${describeChannel(channel)[0]}: ${where}`;
	}
	if (seen.learned.length === 0)
		yield '  none';
}

function* writeAsked(seen) {
	for (const {server, transport, address, port, what, protected: hidden} of seen.asked)
		yield `${mark(hidden)}${server}: asked over ${transport} from ${address} port ${port}, ${what}`;
	if (seen.asked.length === 0)
		yield '  none was asked';
}

function* writeWire(seen) {
	for (const {watcher, node, interface: link, kind, source, destination, count, protected: hidden} of seen.wire)
		yield `${mark(hidden)}${watcher} (${node} ${link}): ${kind} from ${source} to ${destination}, ${count} packet${count === 1 ? '' : 's'}`;
	if (seen.wire.length === 0)
		yield '  nothing';
}

export function* writeText(truth, seen) {
	const kept = findKept(truth, seen);

	yield describeVerdict(seen);
	yield describeNetwork(truth);
	if (seen.problem)
		yield describeProblem(seen);
	yield* ['', 'addresses that others learned', ...writeLearned(seen)];
	if (kept.length > 0)
		yield* ['', 'addresses that stayed hidden', ...kept.map(each => `  ${each.address} = ${each.name}, ${each.what}`)];
	yield* ['', 'what the STUN servers saw', ...writeAsked(seen)];
	yield* ['', 'what others saw on the wire', ...writeWire(seen)];
}
