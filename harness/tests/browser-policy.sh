#!/bin/bash
# SPDX-License-Identifier: MIT
# A browser that does not do as it is told is not judged: neither one that takes another policy, nor
# one that does not say which.
#
#     browser-policy.sh ICELAB SOURCE SCRATCH

# shellcheck source=harness/tests/machine.sh
. "${0%/*}/machine.sh"

chromium=${ICELAB_CHROMIUM:-/usr/lib/chromium/chromium}
firefox=${ICELAB_FIREFOX:-/usr/lib/firefox-esr/firefox-esr}
[ -x "$chromium" ] || [ -x "$firefox" ] || skip "neither $chromium nor $firefox is installed"

# mislead NAME: the browser that stands on standard input is what the adapter starts from now on.
mislead() {
	cat >"$scratch/$1"
	chmod +x "$scratch/$1"
}

# refused ADAPTER POLICY REASON: a pattern of bash.
refused() {
	local wanted="$1 lan $2 broken the adapter ended with exit status 1; it said: $3" said

	expect 99 "$icelab" run --adapter "$1" --scenario lan --policy "$2" \
		--output "$scratch/run" --json "$scratch/report" || return
	said=$(verdicts "$scratch/report")
	# shellcheck disable=SC2053
	[[ $said == $wanted ]] || fail "\"$said\", not \"$wanted\""
	rm -rf "$scratch/run"
	nothing_left "$1"
}

# --- Chromium ------------------------------------------------------------------------------

log="the renderer's log of its routing preferences"

# chromium_with COMMANDS: runs them on its arguments and its preferences, and then the browser.
chromium_with() {
	mislead chromium <<-END
		#!/bin/bash
		arguments=()
		for argument; do
			case \$argument in
			--user-data-dir=*) preferences=\${argument#*=}/Default/Preferences ;;
			esac
			$1
			arguments+=("\$argument")
		done
		exec '$chromium' "\${arguments[@]}"
	END
}

if [ -x "$chromium" ]; then
	export ICELAB_CHROMIUM=$scratch/chromium
	wrong="the policy did not take effect: $log: policy = default and not"
	# A value that is none, and a preference of another name: both are silently the default.
	# shellcheck disable=SC2016
	chromium_with '[ ! -f "$preferences" ] || sed -i s/interface_only/interfaces_only/ "$preferences"'
	refused chromium default_public_interface_only "$wrong default_public_interface_only"
	# shellcheck disable=SC2016
	chromium_with '[ ! -f "$preferences" ] || sed -i s/ip_handling_policy/ip_handling/ "$preferences"'
	refused chromium disable_non_proxied_udp "$wrong disable_non_proxied_udp"
	# shellcheck disable=SC2016
	chromium_with 'argument=${argument/ip-handling-policy/ip-handling}'
	refused variants/chromium-switch disable_non_proxied_udp "$wrong disable_non_proxied_udp"
	# shellcheck disable=SC2016
	chromium_with '[ ! -d "${preferences%/D*}/management" ] ||
		sed -i s/WebRtcIPHandling/WebRtcHandling/ "${preferences%/D*}"/management/policies/managed/*'
	refused variants/chromium-managed disable_non_proxied_udp "$wrong disable_non_proxied_udp"
	# Consent that nobody gave.
	# shellcheck disable=SC2016
	chromium_with '[[ $argument != http://* ]] || arguments+=(--use-fake-ui-for-media-stream
		"--unsafely-treat-insecure-origin-as-secure=${argument%%/\?*}")'
	refused chromium default "${wrong/policy = default/permission = granted} denied"
	# shellcheck disable=SC2016
	chromium_with 'argument=${argument/#--vmodule=*/--disable-sync}'
	refused chromium disable_non_proxied_udp \
		"nothing proves that the policy took effect: $log: policy = (not stated) and not disable_non_proxied_udp"
	unset ICELAB_CHROMIUM
else
	part "Chromium: $chromium is missing"
fi

# --- Firefox -------------------------------------------------------------------------------

# firefox_with COMMAND...: an installation that differs in its program alone, which runs a command on
# the profile's user.js first. The adapter makes links of the rest, so the browser itself is copied
# again, to lie beside the script that tells its preferences.
firefox_with() {
	rm -rf "$scratch/firefox"
	mkdir "$scratch/firefox"
	ln -s "${firefox%/*}"/* "$scratch/firefox"
	rm "$scratch/firefox/${firefox##*/}"
	mislead firefox/firefox <<-END
		#!/bin/bash
		while read -rd '' argument; do
			[ "\$last" != --profile ] || profile=\$argument
			last=\$argument
		done < <(printf '%s\0' "\$@")
		$1
		cp '$firefox' "\${0%/*}/browser-itself"
		exec "\${0%/*}/browser-itself" "\$@"
	END
}

if [ -x "$firefox" ]; then
	export ICELAB_FIREFOX=$scratch/firefox/firefox
	ice=media.peerconnection.ice
	script="its own script"
	wrong="the policy did not take effect: $script:"
	# shellcheck disable=SC2016
	firefox_with 'sed -i "/no_host/d" "$profile/user.js"'
	refused firefox default_public_interface_only "$wrong $ice.no_host = false and not true"
	# Another name would do nothing in a browser that knows it by that one.
	# shellcheck disable=SC2016
	firefox_with 'sed -i s/default_address_only/default_addresses_only/ "$profile/user.js"'
	refused firefox default_public_and_private_interfaces \
		"$wrong $ice.default_address_only = false and not true"
	# shellcheck disable=SC2016
	firefox_with 'sed -i s/default_address_only/default_addresses_only/g "$profile"/user.js "${0%/*}"/*.cfg'
	refused firefox default \
		"nothing proves that the policy took effect: $script: $ice.default_address_only = (not stated) and not false"
	# shellcheck disable=SC2016
	firefox_with 'echo "user_pref(\"permissions.default.microphone\", 1);" >>"$profile/user.js"'
	refused firefox default "$wrong permissions.default.microphone = 1 and not 0"
else
	part "Firefox: $firefox is missing"
fi
finish
