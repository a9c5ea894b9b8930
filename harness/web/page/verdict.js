// SPDX-License-Identifier: MIT
//
// What the lab answered, in words. The page and the text say the same because both are made of these.
function join(list) {
	return list.length < 2 ? list.join('') : `${list.slice(0, -1).join(', ')} and ${list.at(-1)}`;
}

export function describeNetwork(truth) {
	const hidden = truth.addresses.filter(address => address.protected);
	const names = hidden.map(({name, address}) => `${name} (${address})`);

	return `Network: ${truth.title}. It is meant to hide ${join(names) || 'nothing'}.`;
}

export function describeVerdict(seen) {
	const exposed = seen.learned.filter(address => address.protected);

	if (exposed.length === 0)
		return 'This browser gave away nothing that this network is meant to hide.';
	return `This browser gave away ${join([...new Set(exposed.map(address => address.what))])}.`;
}

// "lan4, this machine's address in the LAN: hidden by this network's purpose"
export function describeAddress(address) {
	const name = address.name ? `${address.name}, ${address.what}` : address.what;

	return `${name}: ${address.protected ? "hidden by this network's purpose" : 'may be seen'}`;
}

// Those that are meant to be hidden and of which nobody learned.
export function findKept(truth, seen) {
	const learned = new Set(seen.learned.map(address => address.name));

	return truth.addresses.filter(address => address.protected && !learned.has(address.name));
}

export function describeProblem(seen) {
	return seen.problem ? `This may not be the whole truth: ${seen.problem}.` : '';
}
