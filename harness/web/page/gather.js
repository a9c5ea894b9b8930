// SPDX-License-Identifier: MIT
//
// Gathers as any page's script may, and tells `report` what it was told, as lines of icelab's adapter
// protocol.

import {meetPeer} from './peer.js';

// A candidate after the end of candidates is a finding of its own (RFC 8838); so wait for it a little.
const LATE_MS = 150;

// What an application may do with the permission matters, not the picture.
export async function takeConsent(report) {
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

export async function reportPermission(report) {
	try {
		const {state} = await navigator.permissions.query({name: 'microphone'});
		report({type: 'state', state: `microphone: ${state}`});
	} catch (error) {
		report({type: 'state', state: `microphone: ${error.name}`});
	}
}

// The application sees an entry for each candidate; the rest is about media that is not there. `remote`
// are the lines of the candidates that the connection was given.
async function reportStats(connection, remote, report) {
	const stats = {};

	(await connection.getStats()).forEach((entry, name) => {
		if (/candidate|transport/.test(entry.type))
			stats[name] = entry;
	});
	report({type: 'stats', remote, stats});
}

function reportError(event, report) {
	report({
		type: 'error', address: event.address || '', port: event.port || 0, url: event.url,
		code: event.errorCode, text: event.errorText, hostCandidate: event.hostCandidate || '',
	});
}

// Resolves at the end of candidates, or when time is up.
function reportCandidates(connection, until, report) {
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

export async function gather(settings, report) {
	const connection = new RTCPeerConnection({
		iceServers: settings.stun.map(url => ({urls: url})),
		iceTransportPolicy: settings.relay ? 'relay' : 'all',
	});

	// A data channel is what scripts take that only want to know the addresses: it needs no consent.
	connection.createDataChannel('');
	const end = reportCandidates(connection, settings.until, report);
	const offer = await connection.createOffer();

	report({type: 'sdp', when: 'initial', sdp: offer.sdp});
	await connection.setLocalDescription(offer);
	await end;
	report({type: 'sdp', when: 'gathered', sdp: connection.localDescription.sdp});
	await reportStats(connection, [], report);
	report({type: 'done'});
	await Promise.all([
		new Promise(resolve => setTimeout(resolve, LATE_MS)),
		meetPeer(connection, settings, report, reportStats),
	]);
	return connection;
}
