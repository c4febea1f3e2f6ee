#include "tools/pack/diff_fields.h"

#include "core/base/text.h"

#include <stdio.h>
#include <string.h>

static const char *const status_names[] = {"ok", "repeated", "failed", "pending"};

static const char *const names[FIELD_COUNT] = {
    [FIELD_CLASS] = "class",
    [FIELD_GROUP] = "group",
    [FIELD_STATUS] = "status",
    [FIELD_MESSAGE] = "message",
    [FIELD_WIDTH] = "width",
    [FIELD_HEIGHT] = "height",
    [FIELD_FRAME_COUNT] = "frame_count",
    [FIELD_DECODE_ERRORS] = "decode_errors",
    [FIELD_FRAME_RATE] = "frame_rate",
    [FIELD_BYTES] = "bytes",
    [FIELD_FRAME_INDEX] = "frame_index",
    [FIELD_TIMESTAMP] = "timestamp",
};

const char *row_field_name(enum row_field field)
{
    return names[field];
}

static const char *class_of(const struct pack *pack, size_t row)
{
    uint16_t label = pack->data.labels[row];
    return label < pack->class_count ? pack->classes[label] : "unlabelled";
}

// The text that the field is, or NULL for a number.
static const char *text_of(enum row_field field, const struct pack *pack, size_t row)
{
    switch (field) {
    case FIELD_CLASS:
        return class_of(pack, row);
    case FIELD_GROUP:
        return pack_group(pack, row);
    case FIELD_MESSAGE:
        return pack_message(pack, row);
    default:
        return NULL;
    }
}

// The numbers that the field is: all of its `*ret_size` bytes count.
static const void *numbers_of(enum row_field field, const struct pack *pack, size_t row,
                              size_t *ret_size)
{
    size_t frames = (size_t)pack->data.frames_per_sample;
    *ret_size = sizeof(uint32_t);
    switch (field) {
    case FIELD_STATUS:
        *ret_size = 1;
        return pack->status + row;
    case FIELD_WIDTH:
        return pack->width + row;
    case FIELD_HEIGHT:
        return pack->height + row;
    case FIELD_FRAME_COUNT:
        return pack->frame_count + row;
    case FIELD_DECODE_ERRORS:
        return pack->decode_errors + row;
    case FIELD_FRAME_RATE:
        *ret_size = sizeof(double);
        return pack->frame_rate + row;
    case FIELD_BYTES:
        *ret_size = sizeof(uint64_t);
        return pack->bytes + row;
    case FIELD_FRAME_INDEX:
        *ret_size = frames * sizeof(uint32_t);
        return pack->frame_index + row * frames;
    default:
        *ret_size = frames * sizeof(double);
        return pack->timestamp + row * frames;
    }
}

bool row_field_same(enum row_field field, const struct pack *a, size_t row_a,
                    const struct pack *b, size_t row_b)
{
    const char *text_a = text_of(field, a, row_a), *text_b = text_of(field, b, row_b);
    if (text_a) {
        return strcmp(text_a, text_b) == 0;
    }
    size_t size_a, size_b;
    const void *numbers_a = numbers_of(field, a, row_a, &size_a);
    const void *numbers_b = numbers_of(field, b, row_b, &size_b);
    return size_a == size_b && memcmp(numbers_a, numbers_b, size_a) == 0;
}

// T numbers, with commas between them.
static void list_text(enum row_field field, const struct pack *pack, size_t row, char *out,
                      size_t capacity)
{
    size_t frames = (size_t)pack->data.frames_per_sample, used = 0;
    for (size_t i = 0; i < frames && used < capacity; i++) {
        int more;
        if (field == FIELD_FRAME_INDEX) {
            more = snprintf(out + used, capacity - used, "%s%u", i ? "," : "",
                            pack->frame_index[row * frames + i]);
        } else {
            more = snprintf(out + used, capacity - used, "%s%.9g", i ? "," : "",
                            pack->timestamp[row * frames + i]);
        }
        used += more > 0 ? (size_t)more : capacity;
    }
}

char *row_field_text(enum row_field field, const struct pack *pack, size_t row, char *out,
                     size_t capacity)
{
    const char *text = text_of(field, pack, row);
    if (text) {
        return text_clean(out, capacity, text[0] ? text : "(none)");
    }
    size_t size;
    const void *numbers = numbers_of(field, pack, row, &size);
    if (field == FIELD_FRAME_INDEX || field == FIELD_TIMESTAMP) {
        list_text(field, pack, row, out, capacity);
    } else if (field == FIELD_STATUS) {
        snprintf(out, capacity, "%s", status_names[pack->status[row] % 4]);
    } else if (field == FIELD_FRAME_RATE) {
        snprintf(out, capacity, "%.9g", pack->frame_rate[row]);
    } else if (field == FIELD_BYTES) {
        snprintf(out, capacity, "%llu", (unsigned long long)pack->bytes[row]);
    } else {
        uint32_t number;
        memcpy(&number, numbers, sizeof number);
        snprintf(out, capacity, "%u", number);
    }
    return out;
}

struct pixel_distance pixel_distance(const uint8_t *a, const uint8_t *b, size_t size)
{
    struct pixel_distance distance = {0, 0};
    for (size_t i = 0; i < size; i++) {
        int apart = a[i] > b[i] ? a[i] - b[i] : b[i] - a[i];
        distance.sum += (uint64_t)apart;
        distance.largest = apart > distance.largest ? apart : distance.largest;
    }
    return distance;
}
