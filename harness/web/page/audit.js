// SPDX-License-Identifier: MIT
//
// With ?id=... an adapter waits for a report; without, a person looks at the page.
const query = new URLSearchParams(location.search);

if (query.has('id'))
	import('./adapter.js').then(({runForAdapter}) => runForAdapter(query));
else
	import('./person.js').then(({runForPerson}) => runForPerson(query));
