/* SPDX-License-Identifier: MIT */
#include "world.h"

/* The books are those of netns/, shortened. */

#define HOME                                                                                       \
	"node client client\n"                                                                         \
	"node router lan\n"                                                                            \
	"node core core\n"                                                                             \
	"node stun stun\n"                                                                             \
	"address lan4 192.168.1.10 client eth0\n"                                                      \
	"address link6 fe80::10 client eth0\n"                                                         \
	"address router4 192.168.1.1 router eth0\n"                                                    \
	"address isp4 203.0.113.10 router wan0\n"                                                      \
	"address stun4 192.0.2.53 stun eth0\n"                                                         \
	"address web4 192.0.2.80 stun eth0\n"                                                          \
	"server stun4 3478\n"                                                                          \
	"origin web4\n"                                                                                \
	"path eth0 stun4 isp4\n"

#define TUNNEL                                                                                     \
	"node vpn vpn\n"                                                                               \
	"address vpn4 198.51.100.10 vpn wan0\n"                                                        \
	"address tun4 10.8.0.2 client tun0\n"                                                          \
	"infra client eth0 udp lan4:51820 vpn4:51820 wireguard\n"

#define LOOPBACK                                                                                   \
	"local 127.0.0.1/8 lo\n"                                                                       \
	"local ::1/128 lo\n"

#define HOME_FACTS                                                                                 \
	"sensor client 10\n"                                                                           \
	"sensor router 10\n"                                                                           \
	"sensor stun 10\n"                                                                             \
	"local {lan4}/24 eth0\n"                                                                       \
	"local {link6}/64 eth0\n" LOOPBACK

#define SILENT                                                                                     \
	"[policy disable_non_proxied_udp]\n"                                                           \
	"cites = N10\n"                                                                                \
	"[policy relay]\n"                                                                             \
	"cites = J1 W1\n"

/* What the kernel says in every cell. */
#define ARP                                                                                        \
	"out client eth0 arp - {lan4} 0 {router4} 0\n"                                                 \
	"in client eth0 arp - {router4} 0 {lan4} 0\n"                                                  \
	"in router eth0 arp - {lan4} 0 {router4} 0\n"                                                  \
	"out client eth0 membership - {link6} 0 ff02::16 0\n"                                          \
	"in router eth0 membership - {link6} 0 ff02::16 0\n"

#define ASK_ETH0                                                                                   \
	"out client eth0 stun udp {lan4} 50000 {stun4} 3478\n"                                         \
	"in router eth0 stun udp {lan4} 50000 {stun4} 3478\n"                                          \
	"in stun eth0 stun udp {isp4} 61000 {stun4} 3478\n"                                            \
	"in client eth0 stun udp {stun4} 3478 {lan4} 50000\n"

#define SDP_HEAD "v=0|o=- 1 1 IN IP4 127.0.0.1|s=-|"

#define HOST_LAN4 "candidate:1 1 UDP 2130706431 {lan4} 50000 typ host"
#define SRFLX_ISP4 "candidate:2 1 UDP 1694498815 {isp4} 61000 typ srflx raddr {lan4} rport 50000"
#define HIDDEN_ISP4 "candidate:2 1 UDP 1694498815 {isp4} 61000 typ srflx raddr 0.0.0.0 rport 9"

#define MODE_2_LAN                                                                                 \
	"initial " SDP_HEAD "m=audio 9 RTP/AVP 0|c=IN IP4 0.0.0.0|a=rtcp:9 IN IP4 0.0.0.0|\n"          \
	"candidate " HOST_LAN4 "\n"                                                                    \
	"candidate a=" SRFLX_ISP4 "\n"                                                                 \
	"sdp " SDP_HEAD "m=audio 61000 RTP/AVP 0|c=IN IP4 {isp4}|a=rtcp:61001 IN IP4 {lan4}|"          \
	"a=" HOST_LAN4 "|a=" SRFLX_ISP4 "|\n" ARP ASK_ETH0

#define MODE_3_LAN                                                                                 \
	"candidate " HIDDEN_ISP4 "\n"                                                                  \
	"sdp " SDP_HEAD "m=audio 61000 RTP/AVP 0|c=IN IP4 {isp4}|a=" HIDDEN_ISP4 "|\n" ARP ASK_ETH0

const World world_lan = {
	.book = "topology lan\n" HOME,
	.stun = "stun4",
	.policies = "[policy default+consent]\n"
				"should = host@lan4 srflx@isp4\n"
				"may = host@link6 host/tcp@lan4 host/tcp@link6 srflx/tcp@isp4\n"
				"raddr = lan4 link6 hidden\n"
				"wire = lan4>eth0 link6>eth0\n"
				"uses = eth0\n"
				"cites = N4 I1\n"
				"[policy default]\n"
				"must = host@lan4\n"
				"should = srflx@isp4\n"
				"may = host/tcp@lan4 srflx/tcp@isp4\n"
				"raddr = lan4 hidden\n"
				"wire = lan4>eth0\n"
				"cites = N12 N7\n"
				"[policy default_public_and_private_interfaces]\n"
				"must = host@lan4\n"
				"should = srflx@isp4\n"
				"may = host/tcp@lan4 srflx/tcp@isp4\n"
				"raddr = lan4 hidden\n"
				"wire = lan4>eth0\n"
				"cites = N7\n"
				"[policy default_public_interface_only]\n"
				"must = srflx@isp4\n"
				"may = srflx/tcp@isp4\n"
				"raddr = hidden\n"
				"wire = lan4>eth0\n"
				"cites = N8\n"
				"[policy force_proxy]\n"
				"must = srflx@isp4\n"
				"may = srflx/tcp@isp4\n"
				"raddr = hidden\n"
				"wire = lan4>eth0\n"
				"cites = N9\n" SILENT,
	.facts = HOME_FACTS "route {stun4} eth0 {lan4}\n"
						"route {web4} eth0 {lan4}\n",
	.clean = {MODE_2_LAN, MODE_2_LAN, MODE_3_LAN, ARP, ARP},
};

#define HOST_TUN4 "candidate:3 1 UDP 2130706175 {tun4} 50001 typ host"
#define SRFLX_EXIT4 "candidate:4 1 UDP 1694498559 {exit4} 61001 typ srflx raddr {tun4} rport 50001"

#define ASK_TUN0                                                                                   \
	"out client tun0 stun udp {tun4} 50001 {stun4} 3478\n"                                         \
	"in vpn wg0 stun udp {tun4} 50001 {stun4} 3478\n"                                              \
	"in stun eth0 stun udp {exit4} 61001 {stun4} 3478\n"                                           \
	"out client eth0 udp udp {lan4} 51820 {vpn4} 51820\n"                                          \
	"in router eth0 udp udp {lan4} 51820 {vpn4} 51820\n"

#define MODE_2_FULL                                                                                \
	"candidate " HOST_TUN4 "\n"                                                                    \
	"candidate " SRFLX_EXIT4 "\n" ARP ASK_TUN0

#define TUNNEL_POLICY                                                                              \
	"must = host@tun4\n"                                                                           \
	"should = srflx@exit4\n"                                                                       \
	"may = host/tcp@tun4 srflx/tcp@exit4\n"                                                        \
	"raddr = tun4 hidden\n"                                                                        \
	"wire = tun4>tun0\n"

const World world_full = {
	.book = "topology vpn-full\n" HOME TUNNEL "address exit4 198.51.100.20 vpn wan0\n"
			"path tun0 stun4 exit4\n",
	.stun = "stun4",
	.policies = "[policy default+consent]\n"
				"should = host@lan4 host@tun4 srflx@exit4\n"
				"may = host@link6 srflx@isp4 host/tcp@lan4 host/tcp@tun4 host/tcp@link6 "
				"srflx/tcp@isp4 srflx/tcp@exit4\n"
				"raddr = lan4 tun4 link6 hidden\n"
				"wire = lan4>eth0 lan4>tun0 tun4>eth0 tun4>tun0 link6>eth0 link6>tun0\n"
				"uses = eth0 tun0\n"
				"cites = N4\n"
				"[policy default]\n" TUNNEL_POLICY "cites = N12\n"
				"[policy default_public_and_private_interfaces]\n" TUNNEL_POLICY "cites = N7\n"
				"[policy default_public_interface_only]\n"
				"must = srflx@exit4\n"
				"may = srflx/tcp@exit4\n"
				"raddr = hidden\n"
				"wire = tun4>tun0\n"
				"cites = N8\n" SILENT,
	.facts = HOME_FACTS "sensor vpn 10\n"
						"local {tun4}/24 tun0\n"
						"route {stun4} tun0 {tun4}\n"
						"route {web4} tun0 {tun4}\n",
	.clean = {"candidate " HOST_LAN4 "\n" MODE_2_FULL, MODE_2_FULL,
		"candidate candidate:4 1 UDP 1694498559 {exit4} 61001 typ srflx raddr 0.0.0.0 rport 9\n" ARP
			ASK_TUN0,
		ARP, ARP},
};

#define MODE_2_SPLIT                                                                               \
	"candidate " HOST_LAN4 "\n"                                                                    \
	"candidate " SRFLX_ISP4 "\n" ARP ASK_ETH0                                                      \
	"out client tun0 stun udp {tun4} 50000 {stun_inside4} 3478\n"

const World world_split = {
	.book = "topology vpn-split\n" HOME TUNNEL "address exit4 10.20.0.1 vpn inside0\n"
			"address stun_inside4 10.20.0.53 stun eth0\n"
			"server stun_inside4 3478\n"
			"path tun0 stun_inside4 exit4\n",
	.stun = "stun4 stun_inside4",
	.policies = "[policy default+consent]\n"
				"should = host@lan4 host@tun4 srflx@isp4 srflx@exit4\n"
				"may = host@link6 host/tcp@lan4 host/tcp@tun4 host/tcp@link6 srflx/tcp@isp4 "
				"srflx/tcp@exit4\n"
				"raddr = lan4 tun4 link6 hidden\n"
				"wire = lan4>eth0 lan4>tun0 tun4>eth0 tun4>tun0 link6>eth0 link6>tun0\n"
				"uses = eth0 tun0\n"
				"cites = N4\n"
				"[policy default_public_and_private_interfaces]\n"
				"must = host@lan4\n"
				"should = srflx@isp4\n"
				"may = srflx@exit4 host/tcp@lan4 srflx/tcp@isp4 srflx/tcp@exit4\n"
				"raddr = lan4 hidden\n"
				"wire = lan4>eth0 lan4>tun0 tun4>tun0\n"
				"cites = N5 N7\n"
				"[policy default_public_interface_only]\n"
				"must = srflx@isp4\n"
				"may = srflx@exit4 srflx/tcp@isp4 srflx/tcp@exit4\n"
				"raddr = hidden\n"
				"wire = lan4>eth0 lan4>tun0 tun4>tun0\n"
				"cites = N8\n",
	.facts = HOME_FACTS "sensor vpn 10\n"
						"local {tun4}/24 tun0\n"
						"route {stun4} eth0 {lan4}\n"
						"route {stun_inside4} tun0 {tun4}\n"
						"route {web4} eth0 {lan4}\n",
	.clean = {MODE_2_SPLIT "candidate " HOST_TUN4 "\n"
						   "candidate " SRFLX_EXIT4 "\n",
		MODE_2_SPLIT,
		"candidate " HIDDEN_ISP4 "\n" ARP ASK_ETH0
		"out client tun0 stun udp {lan4} 50000 {stun_inside4} 3478\n",
		ARP, ARP},
};

#define HOST_TEMP "candidate:5 1 UDP 2130706687 {lan6_temp} 50006 typ host"
#define ASK_SIX                                                                                    \
	"out client eth0 nd - {link6} 0 ff02::1:ff00:53 0\n"                                           \
	"out client eth0 stun udp {lan6_temp} 50006 {stun6} 3478\n"                                    \
	"in stun eth0 stun udp {lan6_temp} 50006 {stun6} 3478\n"

#define MODE_2_SIX                                                                                 \
	"candidate " HOST_LAN4 "\n"                                                                    \
	"candidate " SRFLX_ISP4 "\n"                                                                   \
	"candidate " HOST_TEMP "\n" ARP ASK_ETH0 ASK_SIX

const World world_six = {
	.book = "topology ipv6\n" HOME "address lan6_eui64 2001:db8:1::200:5eff:fe00:5310 client eth0\n"
			"address lan6_temp 2001:db8:1::a1b2:c3d4:e5f6:789 client eth0\n"
			"address lan6_old 2001:db8:1::1111:2222:3333:4444 client eth0\n"
			"address ula6 fd1c:e1ab:1:0:8d4f:6c21:9be3:7a05 client eth0\n"
			"address stun6 2001:db8:3::53 stun eth0\n"
			"address web6 2001:db8:3::80 stun eth0\n"
			"server stun6 3478\n"
			"origin web6\n"
			"path eth0 stun6 lan6_temp\n"
			"path eth0 stun6 lan6_eui64\n",
	.stun = "stun4 stun6",
	.policies = "[policy default+consent]\n"
				"should = host@lan4 host@lan6_temp srflx@isp4\n"
				"may = host@ula6 srflx@lan6_temp host/tcp@lan4 host/tcp@lan6_temp host/tcp@ula6 "
				"srflx/tcp@isp4 srflx/tcp@lan6_temp\n"
				"raddr = lan4 lan6_temp ula6 hidden\n"
				"wire = lan4>eth0 lan6_temp>eth0 ula6>eth0\n"
				"uses = eth0\n"
				"cites = N4 I5 I6\n"
				"[policy default_public_and_private_interfaces]\n"
				"must = host@lan4 host@lan6_temp\n"
				"should = srflx@isp4\n"
				"may = srflx@lan6_temp host/tcp@lan4 host/tcp@lan6_temp srflx/tcp@isp4 "
				"srflx/tcp@lan6_temp\n"
				"raddr = lan4 lan6_temp hidden\n"
				"wire = lan4>eth0 lan6_temp>eth0\n"
				"cites = N7\n"
				"[policy default_public_interface_only]\n"
				"must = srflx@isp4\n"
				"should = srflx@lan6_temp\n"
				"may = srflx/tcp@isp4 srflx/tcp@lan6_temp\n"
				"raddr = hidden\n"
				"wire = lan4>eth0 lan6_temp>eth0\n"
				"cites = N8\n",
	.facts = HOME_FACTS "local {lan6_eui64}/64 eth0\n"
						"local {lan6_temp}/64 eth0 temporary\n"
						"local {lan6_old}/64 eth0 temporary deprecated\n"
						"local {ula6}/64 eth0\n"
						"route {stun4} eth0 {lan4}\n"
						"route {web4} eth0 {lan4}\n"
						"route {stun6} eth0 {lan6_temp}\n"
						"route {web6} eth0 {lan6_temp}\n",
	.clean = {MODE_2_SIX, MODE_2_SIX,
		"candidate " HIDDEN_ISP4 "\n"
		"candidate candidate:6 1 UDP 1694498814 {lan6_temp} 50006 typ srflx raddr :: rport 9\n" ARP
			ASK_ETH0 ASK_SIX,
		ARP, ARP},
};
