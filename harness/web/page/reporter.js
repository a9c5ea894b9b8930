// SPDX-License-Identifier: MIT
//
// Sends a report to whoever waits for it at /report/ID.

// Lines in the order in which they were reported: one request at a time, with all that wait.
export class Reporter {
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
