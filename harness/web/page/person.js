// SPDX-License-Identifier: MIT
//
// The run for a person, who looks at the page.
import {gather, takeConsent} from './gather.js';

// What a reader looks for in a line: addresses, and the names that stand in for them.
function findAddresses(text) {
	const found = text.match(/[0-9a-f-]{36}\.local|\d+(?:\.\d+){3}|[0-9a-f]*:[0-9a-f:]*:[0-9a-f.:]*/gi);

	return (found || []).filter(address => !/^(0\.0\.0\.0|127\.0\.0\.1|::)$/.test(address) &&
		(!/:/.test(address) || /^([0-9a-f]{0,4}:){2,7}[0-9a-f]{0,4}$/i.test(address)));
}

// The lines of a report as (address, channel, where), each address and channel once.
function* exposures(line) {
	if (line.type === 'candidate') {
		const words = line.candidate.split(' ');
		const related = words.indexOf('raddr');

		yield [findAddresses(words[4] || ''), words[7], line.candidate];
		if (related > 0)
			yield [findAddresses(words[related + 1]), 'related address', line.candidate];
	} else if (line.type === 'sdp') {
		for (const text of line.sdp.split(/\r?\n/)) {
			// A fingerprint consists of what looks like parts of an address.
			if (!/^a=(candidate|fingerprint)/.test(text))
				yield [findAddresses(text), `description (${line.when})`, text];
		}
	} else if (line.type === 'stats') {
		for (const [name, entry] of Object.entries(line.stats)) {
			for (const member of ['address', 'ip', 'relatedAddress'])
				yield [findAddresses(String(entry[member] || '')), 'statistics', `${name}: ${member}`];
		}
	} else if (line.type === 'error') {
		yield [findAddresses(line.address), 'error', `${line.url}: ${line.text}`];
	}
}

class Sheet {
	constructor() {
		this.table = document.querySelector('table');
		this.body = this.table.tBodies[0];
		this.body.replaceChildren();
		this.table.hidden = false;
		this.seen = new Set();
	}

	add(line) {
		for (const [addresses, channel, where] of exposures(line)) {
			for (const address of addresses)
				this.addRow(address, channel, where);
		}
	}

	addRow(...texts) {
		const key = texts.slice(0, 2).join(' ');

		if (this.seen.has(key))
			return;
		this.seen.add(key);
		const row = this.body.insertRow();
		for (const text of texts)
			row.insertCell().textContent = text;
	}
}

async function runForPerson() {
	const summary = document.getElementById('summary');
	const sheet = new Sheet();
	const report = line => sheet.add(line);

	summary.textContent = 'Gathering...';
	try {
		if (document.getElementById('consent').checked)
			await takeConsent(line => { summary.textContent = line.state; });
		const connection = await gather({
			stun: document.getElementById('stun').value.split(/[\s,]+/).filter(Boolean),
			relay: document.getElementById('relay').checked,
			until: Date.now() + 45000,
		}, report);
		connection.close();
		summary.textContent = sheet.seen.size === 0 ? 'No address was learned.' :
			'Any script of any page learns the following.';
	} catch (error) {
		summary.textContent = `It failed: ${error.message}`;
	}
}

export function showForm() {
	const form = document.getElementById('form');

	form.hidden = false;
	form.addEventListener('submit', event => {
		event.preventDefault();
		runForPerson();
	});
	runForPerson();
}
