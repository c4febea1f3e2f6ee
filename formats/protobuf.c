#include "formats/protobuf.h"

#include <stdlib.h>
#include <string.h>

enum wire { WIRE_NUMBER = 0, WIRE_8_BYTES = 1, WIRE_BYTES = 2, WIRE_4_BYTES = 5 };

static void append(struct protobuf *p, const void *data, size_t size)
{
    if (p->failed || size == 0) {
        return;
    }
    if (size > p->capacity - p->size) {
        size_t capacity = p->capacity ? p->capacity : 256;
        while (capacity - p->size < size && capacity <= SIZE_MAX / 2) {
            capacity *= 2;
        }
        unsigned char *larger = capacity - p->size < size ? NULL : realloc(p->data, capacity);
        if (!larger) {
            p->failed = true;
            return;
        }
        p->data = larger;
        p->capacity = capacity;
    }
    memcpy(p->data + p->size, data, size);
    p->size += size;
}

// Seven bits a byte, the lowest first; the top bit says that more follow.
static void append_varint(struct protobuf *p, uint64_t value)
{
    unsigned char bytes[10];
    size_t count = 0;
    do {
        bytes[count++] = (unsigned char)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
        value >>= 7;
    } while (value > 0);
    append(p, bytes, count);
}

static void append_key(struct protobuf *p, int field, enum wire wire)
{
    append_varint(p, (uint64_t)field << 3 | wire);
}

static void append_low_first(struct protobuf *p, uint64_t bits, int count)
{
    unsigned char bytes[8];
    for (int i = 0; i < count; i++) {
        bytes[i] = (unsigned char)(bits >> 8 * i);
    }
    append(p, bytes, (size_t)count);
}

void protobuf_number(struct protobuf *p, int field, uint64_t value)
{
    append_key(p, field, WIRE_NUMBER);
    append_varint(p, value);
}

void protobuf_float(struct protobuf *p, int field, float value)
{
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    append_key(p, field, WIRE_4_BYTES);
    append_low_first(p, bits, 4);
}

void protobuf_double(struct protobuf *p, int field, double value)
{
    uint64_t bits;
    memcpy(&bits, &value, sizeof bits);
    append_key(p, field, WIRE_8_BYTES);
    append_low_first(p, bits, 8);
}

void protobuf_bytes(struct protobuf *p, int field, const void *data, size_t size)
{
    append_key(p, field, WIRE_BYTES);
    append_varint(p, size);
    append(p, data, size);
}

void protobuf_text(struct protobuf *p, int field, const char *text)
{
    protobuf_bytes(p, field, text, strlen(text));
}

void protobuf_message(struct protobuf *p, int field, struct protobuf *inner)
{
    protobuf_bytes(p, field, inner->data, inner->size);
    p->failed = p->failed || inner->failed;
    inner->size = 0;
}

void protobuf_raw(struct protobuf *p, const void *data, size_t size)
{
    append(p, data, size);
}

void protobuf_clear(struct protobuf *p)
{
    free(p->data);
    *p = (struct protobuf){0};
}
