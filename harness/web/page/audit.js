// SPDX-License-Identifier: MIT
//
// Gathers as any page's script may, and tells what it was told. With ?id=... in the query an adapter
// waits for it at /report/ID, as lines of icelab's adapter protocol; without, a person looks at it.
//
//     id       of the report
//     stun     URI of a STUN server; may be repeated
//     relay    1: iceTransportPolicy "relay"
//     consent  1: getUserMedia() first, for whoever ties its policy to the permission
//     until    when to say what there is although gathering goes on: milliseconds since 1970
'use strict';

// A candidate after the end of candidates is a finding of its own (RFC 8838); so wait for it a little.
const LATE_MS = 150;

// What an application may do with the permission matters, not the picture.
async function takeConsent(report) {
	if (!navigator.mediaDevices) {
		report({type: 'state', state: 'consent: this page may not ask for it (no secure context)'});
		return;
	}
	try {
		const stream = await navigator.mediaDevices.getUserMedia({audio: true});
		report({type: 'state', state: `consent: ${stream.getTracks().length} track granted`});
	} catch (error) {
		report({type: 'state', state: `consent: ${error.name}: ${error.message}`});
	}
}

async function reportPermission(report) {
	try {
		const {state} = await navigator.permissions.query({name: 'microphone'});
		report({type: 'state', state: `microphone: ${state}`});
	} catch (error) {
		report({type: 'state', state: `microphone: ${error.name}`});
	}
}

// The application sees an entry for each candidate; the rest is about media that is not there.
async function reportStats(connection, report) {
	const stats = {};

	(await connection.getStats()).forEach((entry, name) => {
		if (/candidate|transport/.test(entry.type))
			stats[name] = entry;
	});
	report({type: 'stats', stats});
}

function reportError(event, report) {
	report({
		type: 'error', address: event.address || '', port: event.port || 0, url: event.url,
		code: event.errorCode, text: event.errorText, hostCandidate: event.hostCandidate || '',
	});
}

// Resolves at the end of candidates, or when time is up.
function gather(connection, until, report) {
	return new Promise(resolve => {
		setTimeout(() => {
			report({type: 'state', state: 'time is up while gathering'});
			resolve();
		}, Math.max(until - Date.now(), 0));
		connection.addEventListener('icecandidate', event => {
			if (event.candidate)
				report({type: 'candidate', candidate: event.candidate.candidate});
			else
				resolve();
		});
		connection.addEventListener('icecandidateerror', event => reportError(event, report));
		connection.addEventListener('icegatheringstatechange', () =>
			report({type: 'state', state: connection.iceGatheringState}));
	});
}

async function audit(settings, report) {
	const connection = new RTCPeerConnection({
		iceServers: settings.stun.map(url => ({urls: url})),
		iceTransportPolicy: settings.relay ? 'relay' : 'all',
	});

	// A data channel is what scripts take that only want to know the addresses: it needs no consent.
	connection.createDataChannel('');
	const end = gather(connection, settings.until, report);
	const offer = await connection.createOffer();

	report({type: 'sdp', when: 'initial', sdp: offer.sdp});
	await connection.setLocalDescription(offer);
	await end;
	report({type: 'sdp', when: 'gathered', sdp: connection.localDescription.sdp});
	await reportStats(connection, report);
	report({type: 'done'});
	await new Promise(resolve => setTimeout(resolve, LATE_MS));
	return connection;
}

// Lines in the order in which they were reported: one request at a time, with all that wait.
class Reporter {
	constructor(id) {
		this.url = `report/${id}`;
		this.lines = [];
		this.sending = null;
	}

	add(line) {
		this.lines.push(JSON.stringify(line) + '\n');
		this.sending ||= this.send();
	}

	async send() {
		while (this.lines.length > 0)
			await fetch(this.url, {method: 'POST', body: this.lines.splice(0).join('')});
		this.sending = null;
	}

	async finish() {
		await this.sending;
		await fetch(`${this.url}?last=1`, {method: 'POST'});
	}
}

async function runForAdapter(query) {
	const reporter = new Reporter(query.get('id'));
	const report = line => reporter.add(line);

	try {
		await reportPermission(report);
		if (query.has('consent'))
			await takeConsent(report);
		await audit({
			stun: query.getAll('stun'), relay: query.has('relay'), until: Number(query.get('until')),
		}, report);
	} catch (error) {
		report({type: 'state', state: `failed: ${error.name}: ${error.message}`});
	}
	await reporter.finish();
}

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
		const connection = await audit({
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

function start() {
	const query = new URLSearchParams(location.search);
	const form = document.getElementById('form');

	if (query.has('id')) {
		runForAdapter(query);
		return;
	}
	form.hidden = false;
	form.addEventListener('submit', event => {
		event.preventDefault();
		runForPerson();
	});
	runForPerson();
}

start();
