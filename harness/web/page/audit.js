// SPDX-License-Identifier: MIT
//
// With ?id=... an adapter waits for a report; without, a person looks at the page. With ?hold=1 somebody
// takes a picture as soon as the page has loaded, which must not be before it shows the audit.
const query = new URLSearchParams(location.search);

// The server sends this image for as long as the report of its name lasts.
if (query.has('hold')) {
	const image = new Image();

	image.hidden = true;
	image.src = `report/${query.get('report')}-hold`;
	document.body.append(image);
}

if (query.has('id'))
	import('./adapter.js').then(({runForAdapter}) => runForAdapter(query));
else
	import('./person.js').then(({runForPerson}) => runForPerson(query));
