/* SPDX-License-Identifier: MIT */
#pragma once

#include "lab/packet.h"

/* Frames for the decoder, written from the outside to the inside. */

typedef struct {
	uint8_t bytes[512];
	size_t length;
} Frame;

typedef struct {
	const char *name;
	IcelabLinkType link;
	uint16_t protocol; /* as the kernel gives it */
	Frame frame;
	IcelabPacket wanted;
} Sample;

void frame_put(Frame *frame, const void *bytes, size_t length);
void frame_put_u16(Frame *frame, unsigned value);
void frame_put_ethernet(Frame *frame, unsigned type);

/* The addresses are those of frame_between(). `options` 32-bit words, `fragment` as in the header,
 * `payload` bytes that follow. */
void frame_put_v4(
	Frame *frame, uint8_t protocol, unsigned options, unsigned fragment, size_t payload);
void frame_put_v6(Frame *frame, uint8_t next, size_t payload);
void frame_put_udp(Frame *frame, unsigned from, unsigned to, size_t payload);
/* A header of so many 32-bit words. */
void frame_put_tcp(Frame *frame, unsigned from, unsigned to, unsigned words);
/* ARP's addresses are the same two. */
void frame_put_arp(Frame *frame);

extern const uint8_t frame_rfc5389[4]; /* the magic cookie */
extern const uint8_t frame_rfc3489[4]; /* none */
/* A header whose transaction ends on "0123456789ab"; `length` of what follows. */
void frame_put_stun(Frame *frame, unsigned type, const uint8_t cookie[4], size_t length);

/* What the decoder must say of a frame between those addresses. */
IcelabPacket frame_between(int family, IcelabPacketKind kind, uint8_t protocol);

/* Decodes the sample and compares; then decodes every truncation of it and every change of one of
 * its bytes, each of which must give something sane. */
void frame_check(const Sample *sample);
