#include "formats/event_file.h"

#include "core/base/crc32c.h"

#include <assert.h>

// Fields of Event, Summary, Summary.Value and Summary.Image.
enum {
    EVENT_WALL_TIME = 1, EVENT_STEP = 2, EVENT_FILE_VERSION = 3, EVENT_SUMMARY = 5,
    SUMMARY_VALUE = 1,
    VALUE_TAG = 1, VALUE_SIMPLE = 2, VALUE_IMAGE = 4,
    IMAGE_HEIGHT = 1, IMAGE_WIDTH = 2, IMAGE_COLOURS = 3, IMAGE_FILE = 4,
    RGB = 3,
    LENGTH_SIZE = 8, CRC_SIZE = 4, HEAD_SIZE = LENGTH_SIZE + CRC_SIZE,
};

static uint32_t masked_crc(const void *data, size_t size)
{
    uint32_t crc = crc32c(0, data, size);
    return (crc >> 15 | crc << 17) + 0xa282ead8u;
}

static void put_number(unsigned char *to, uint64_t number, int size)
{
    for (int i = 0; i < size; i++) {
        to[i] = (unsigned char)(number >> 8 * i);
    }
}

static uint64_t get_number(const unsigned char *from, int size)
{
    uint64_t number = 0;
    for (int i = 0; i < size; i++) {
        number |= (uint64_t)from[i] << 8 * i;
    }
    return number;
}

// The event as a record; it is freed.
static void append_record(struct protobuf *out, struct protobuf *event)
{
    unsigned char head[HEAD_SIZE], tail[CRC_SIZE];
    put_number(head, event->size, LENGTH_SIZE);
    put_number(head + LENGTH_SIZE, masked_crc(head, LENGTH_SIZE), CRC_SIZE);
    put_number(tail, masked_crc(event->data, event->size), CRC_SIZE);
    protobuf_raw(out, head, sizeof head);
    protobuf_raw(out, event->data, event->size);
    protobuf_raw(out, tail, sizeof tail);
    out->failed = out->failed || event->failed;
    protobuf_clear(event);
}

void event_file_head(struct protobuf *out)
{
    struct protobuf event = {0};
    protobuf_double(&event, EVENT_WALL_TIME, 0);
    protobuf_text(&event, EVENT_FILE_VERSION, "brain.Event:2");
    append_record(out, &event);
}

static void add_picture(struct protobuf *value, const struct event_picture *picture)
{
    struct protobuf image = {0};
    protobuf_number(&image, IMAGE_HEIGHT, (uint64_t)picture->height);
    protobuf_number(&image, IMAGE_WIDTH, (uint64_t)picture->width);
    protobuf_number(&image, IMAGE_COLOURS, RGB);
    protobuf_bytes(&image, IMAGE_FILE, picture->png, picture->png_size);
    protobuf_text(value, VALUE_TAG, picture->tag);
    protobuf_message(value, VALUE_IMAGE, &image);
    protobuf_clear(&image);
}

void event_file_step(struct protobuf *out, int64_t step, const struct event_scalar *scalars,
                     size_t count, const struct event_picture *picture)
{
    struct protobuf event = {0}, summary = {0}, value = {0};
    assert(step >= 0);
    for (size_t i = 0; i < count; i++) {
        protobuf_text(&value, VALUE_TAG, scalars[i].tag);
        protobuf_float(&value, VALUE_SIMPLE, (float)scalars[i].value);
        protobuf_message(&summary, SUMMARY_VALUE, &value);
    }
    if (picture) {
        add_picture(&value, picture);
        protobuf_message(&summary, SUMMARY_VALUE, &value);
    }
    protobuf_double(&event, EVENT_WALL_TIME, (double)step);
    protobuf_number(&event, EVENT_STEP, (uint64_t)step);
    protobuf_message(&event, EVENT_SUMMARY, &summary);
    append_record(out, &event);
    protobuf_clear(&value);
    protobuf_clear(&summary);
}

bool event_file_records(size_t *ret, const void *bytes, size_t size, size_t count)
{
    const unsigned char *at = bytes;
    size_t left = size;
    for (size_t i = 0; i < count; i++) {
        if (left < HEAD_SIZE + CRC_SIZE
            || get_number(at + LENGTH_SIZE, CRC_SIZE) != masked_crc(at, LENGTH_SIZE)) {
            return false;
        }
        uint64_t length = get_number(at, LENGTH_SIZE);
        if (length > left - HEAD_SIZE - CRC_SIZE
            || get_number(at + HEAD_SIZE + length, CRC_SIZE)
               != masked_crc(at + HEAD_SIZE, (size_t)length)) {
            return false;
        }
        at += HEAD_SIZE + length + CRC_SIZE;
        left -= HEAD_SIZE + (size_t)length + CRC_SIZE;
    }
    *ret = size - left;
    return true;
}
