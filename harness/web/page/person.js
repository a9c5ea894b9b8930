// SPDX-License-Identifier: MIT
//
// The run for a person, who looks at the page. In the query, for whoever opens it:
//
//     stun, relay, consent  as for an adapter; what the form says at first
//     report                ID at which somebody waits for the audit, as text: {"text"} a line, or {"failed"}
//     hold                  1: the report REPORT-hold ends when the page shows the audit
import {Reporter} from './reporter.js';
import {gather, takeConsent} from './gather.js';
import {showAudit, showConsent, showNetwork, showState} from './sheet.js';
import {writeText} from './text.js';

const GATHER_MS = 45000;

// The lab's answer.
async function ask(path, lines) {
	const answer = await fetch(path, lines === undefined ? {} : {method: 'POST', body: lines});

	if (answer.status === 404)
		throw new Error('this server does not know its network');
	const value = await answer.json();

	if (!answer.ok)
		throw new Error(value.error);
	return value;
}

async function auditOnce(settings) {
	const lines = [];
	const report = line => lines.push(`${JSON.stringify(line)}\n`);

	const truth = await ask('begin', '');
	showConsent('');
	if (settings.consent) {
		await takeConsent(line => {
			showConsent(line.state);
			report(line);
		});
	}
	const connection = await gather(settings, report);
	const seen = await ask('seen', lines.join(''));
	connection.close();
	return [truth, seen];
}

function readForm() {
	return {
		stun: document.getElementById('stun').value.split(/[\s,]+/).filter(Boolean),
		relay: document.getElementById('relay').checked,
		consent: document.getElementById('consent').checked,
		until: Date.now() + GATHER_MS,
	};
}

// Shows an audit and returns it as lines for whoever waits.
async function runAudit() {
	const button = document.getElementById('again');

	button.disabled = true;
	showState('Gathering…');
	try {
		const [truth, seen] = await auditOnce(readForm());

		showAudit(truth, seen);
		return [...writeText(truth, seen)].map(text => ({text}));
	} catch (error) {
		showState(`The audit failed: ${error.message}`);
		return [{failed: error.message}];
	} finally {
		button.disabled = false;
	}
}

async function fillForm(query) {
	const truth = await ask('truth');

	showNetwork(truth);
	document.getElementById('stun').value = (query.has('stun') ? query.getAll('stun') : truth.stun).join(' ');
	document.getElementById('relay').checked = query.has('relay');
	document.getElementById('consent').checked = query.has('consent');
}

async function send(id, lines) {
	const reporter = new Reporter(id);

	lines.forEach(line => reporter.add(line));
	await reporter.finish();
}

async function start(query) {
	try {
		await fillForm(query);
	} catch (error) {
		showState(`There is nothing to compare with: ${error.message}`);
		return [{failed: error.message}];
	}
	const form = document.getElementById('form');

	form.hidden = false;
	form.addEventListener('submit', event => {
		event.preventDefault();
		runAudit();
	});
	return runAudit();
}

export async function runForPerson(query) {
	const report = query.get('report');

	const lines = await start(query);
	if (query.has('report'))
		await send(report, lines);
	if (query.has('hold'))
		await send(`${report}-hold`, []);
}
