#ifndef FORMATS_PROTOBUF_H
#define FORMATS_PROTOBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Messages in the wire format of Protocol Buffers, written only: fields one
 * after the other, messages within messages as byte strings. Zeroed is empty.
 * Where memory runs out `failed` is set, and what follows does nothing. */
struct protobuf {
    unsigned char *data;
    size_t size;
    size_t capacity;
    bool failed;
};

/* Wire type 0: all kinds of whole numbers (not zigzag), bool and enum. */
void protobuf_number(struct protobuf *p, int field, uint64_t value);

/* Wire types 5 and 1. */
void protobuf_float(struct protobuf *p, int field, float value);
void protobuf_double(struct protobuf *p, int field, double value);

/* Wire type 2. */
void protobuf_bytes(struct protobuf *p, int field, const void *data, size_t size);
void protobuf_text(struct protobuf *p, int field, const char *text);

/* The message `inner` as a field; `inner` is empty afterwards, and keeps its
 * memory for the next one. */
void protobuf_message(struct protobuf *p, int field, struct protobuf *inner);

/* Bytes as they are, which belong to no field: what stands around messages. */
void protobuf_raw(struct protobuf *p, const void *data, size_t size);

/* Free the memory; empty again. */
void protobuf_clear(struct protobuf *p);

#endif
