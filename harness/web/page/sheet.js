// SPDX-License-Identifier: MIT
//
// The audit on the page.
import {describeChannel} from './channels.js';
import {describeAddress, describeNetwork, describeProblem, describeVerdict, findKept} from './verdict.js';

function byId(id) {
	return document.getElementById(id);
}

// An element with a text and children.
function make(tag, kind, text, ...children) {
	const element = document.createElement(tag);

	element.className = kind;
	element.append(...(text ? [text] : []), ...children);
	return element;
}

function makeChannels(address) {
	const list = make('dl', '', '');

	for (const {channel, where} of address.channels) {
		const [name, meaning] = describeChannel(channel);

		list.append(make('dt', '', name, make('span', '', meaning && ` – ${meaning}`)), make('dd', '', where));
	}
	return list;
}

function makeLearned(address) {
	return make('li', address.protected ? 'bad' : 'plain', '',
		make('span', 'badge', address.protected ? 'exposed' : 'may be seen'),
		make('div', 'address', address.address), make('div', '', describeAddress(address)),
		makeChannels(address));
}

function makeKept(address) {
	return make('li', 'good', '', make('span', 'badge', 'hidden'), make('div', 'address', address.address),
		make('div', '', `${address.name}, ${address.what}`));
}

function makeNothing(text) {
	return make('li', 'plain', text);
}

function fill(id, elements, nothing) {
	byId(id).replaceChildren(...(elements.length > 0 ? elements : [makeNothing(nothing)]));
}

function fillTable(id, rows, columns, nothing) {
	const body = byId(id).tBodies[0];

	body.replaceChildren();
	for (const {bad, cells} of rows) {
		const row = body.insertRow();

		cells.forEach((text, index) => {
			const cell = row.insertCell();

			cell.textContent = text;
			// The cell that names the address.
			if (bad && index === 1)
				cell.className = 'bad';
		});
	}
	if (rows.length === 0) {
		const cell = body.insertRow().insertCell();

		cell.colSpan = columns;
		cell.textContent = nothing;
	}
}

function askedRow({server, transport, address, port, what, protected: bad}) {
	const whose = bad ? `${what}: exposed` : what;

	return {bad, cells: [server, `${address} port ${port}`, transport, whose]};
}

function wireRow({watcher, node, interface: link, kind, source, destination, count, protected: bad}) {
	const from = bad ? `${source}: exposed` : source;

	return {bad, cells: [`${watcher} (${node} ${link})`, from, destination, kind, count]};
}

export function showNetwork(truth) {
	byId('network').textContent = describeNetwork(truth);
}

// What came of asking for the microphone.
export function showConsent(text) {
	byId('asking').textContent = text;
}

// While it lasts, or where it failed.
export function showState(text) {
	const verdict = byId('verdict');

	verdict.className = '';
	verdict.textContent = text;
	document.title = `icelab: ${text}`;
	byId('problem').hidden = true;
	byId('result').hidden = true;
}

export function showAudit(truth, seen) {
	const kept = findKept(truth, seen);

	showState(describeVerdict(seen));
	byId('verdict').className = seen.learned.some(address => address.protected) ? 'bad' : 'good';
	byId('problem').textContent = describeProblem(seen);
	byId('problem').hidden = !seen.problem;
	fill('learned', seen.learned.map(makeLearned), 'None.');
	fill('kept', kept.map(makeKept), 'None of those that this network is meant to hide.');
	fillTable('asked', seen.asked.map(askedRow), 4, 'None was asked.');
	fillTable('wire', seen.wire.map(wireRow), 5, 'Nothing.');
	byId('result').hidden = false;
}
