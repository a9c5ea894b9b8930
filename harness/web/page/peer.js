// SPDX-License-Identifier: MIT
//
// A second connection in the same page, as a tracking script can make one to learn what checks show:
// it is told the first one's host candidates, the first one nothing at all. So the first one learns the
// second one's address from its checks alone, as a peer-reflexive candidate, and its statistics are
// not to tell which one that is. All of it stays within the host: those candidates are its own.

// Checks between two sockets of one host take some 30 milliseconds, Chromium's search for its own name by
// multicast DNS included; a busy machine takes longer.
const MEETING_MS = 3000;

// Firefox takes seconds for that, if it succeeds at all; where it did, the address was "(redacted)".
const findsOwnNames = !navigator.userAgent.includes('Firefox/');

function isHost(line) {
	return /^a=candidate:.* udp .* typ host/i.test(line);
}

function isName(line) {
	return line.split(' ')[4].endsWith('.local');
}

function isCandidate(line) {
	return /^a=(candidate:|end-of-candidates)/.test(line);
}

// A description with those lines of candidates alone that `keep` takes.
function select(description, keep) {
	const lines = description.sdp.split(/\r?\n/).filter(line => !isCandidate(line) || keep(line));

	return {type: description.type, sdp: lines.join('\r\n')};
}

// Resolves when checks have succeeded, or when they have had time enough.
function meet(connection) {
	return new Promise(resolve => {
		setTimeout(resolve, MEETING_MS);
		connection.addEventListener('iceconnectionstatechange', () => {
			if (/connected|completed|failed/.test(connection.iceConnectionState))
				resolve();
		});
	});
}

// `reportStats` tells a connection's statistics together with the candidates that it had been given.
export async function meetPeer(connection, settings, report, reportStats) {
	const offer = select(connection.localDescription, isHost);
	const told = offer.sdp.split('\r\n').filter(isHost);

	// Where the policy hides every host, there is nobody whom the second one could check: whatever else
	// is told is outside, and what this page does is to stay within.
	if (!told.some(line => findsOwnNames || !isName(line)))
		return;
	const peer = new RTCPeerConnection({iceTransportPolicy: settings.relay ? 'relay' : 'all'});

	try {
		const met = meet(connection);

		await peer.setRemoteDescription(offer);
		const answer = await peer.createAnswer();

		await peer.setLocalDescription(answer);
		// As it was made, before any candidate: the default destination says nothing either.
		await connection.setRemoteDescription(select(answer, () => false));
		await met;
		report({type: 'state', state: `peer: ${connection.iceConnectionState}`});
		await reportStats(connection, [], report);
		await reportStats(peer, told, report);
	} catch (error) {
		report({type: 'state', state: `peer: ${error.name}: ${error.message}`});
	} finally {
		peer.close();
	}
}
