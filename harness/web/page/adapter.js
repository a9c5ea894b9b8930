// SPDX-License-Identifier: MIT
//
// The run for an adapter, which waits for its report at /report/ID. In the query:
//
//     id       of the report
//     stun     URI of a STUN server; may be repeated
//     relay    1: iceTransportPolicy "relay"
//     consent  1: getUserMedia() first, for whoever ties its policy to the permission
//     until    when to say what there is although gathering goes on: milliseconds since 1970
import {Reporter} from './reporter.js';
import {gather, reportPermission, takeConsent} from './gather.js';

export async function runForAdapter(query) {
	const reporter = new Reporter(query.get('id'));
	const report = line => reporter.add(line);

	try {
		await reportPermission(report);
		if (query.has('consent'))
			await takeConsent(report);
		await gather({
			stun: query.getAll('stun'), relay: query.has('relay'), until: Number(query.get('until')),
		}, report);
	} catch (error) {
		report({type: 'state', state: `failed: ${error.name}: ${error.message}`});
	}
	await reporter.finish();
}
