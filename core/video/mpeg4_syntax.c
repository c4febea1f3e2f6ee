#include "core/video/mpeg4_syntax.h"

#include <string.h>

// Start codes: 00 00 01 and one of these.
enum {
    CODE_OBJECT_LAST = 0x1F,
    CODE_LAYER_FIRST = 0x20,
    CODE_LAYER_LAST = 0x2F,
    CODE_SEQUENCE = 0xB0,
    CODE_USER_DATA = 0xB2,
    CODE_GROUP = 0xB3,
    CODE_VISUAL_OBJECT = 0xB5,
    CODE_VOP = 0xB6,
};

enum {
    PROFILE_STUDIO = 14,
    TYPE_SIMPLE = 1,
    TYPE_STUDIO_SIMPLE = 14,
    TYPE_STUDIO_CORE = 15,
    TYPE_ADVANCED_SIMPLE = 17,
    RECTANGLE = 0,
    EXTENDED_ASPECT = 15,
    CHROMA_420 = 1,
    MATRIX_SIZE = 64,
    MAX_SECONDS = 60,   // between two references; more is no plain stream
    USER_TEXT_SIZE = 256,
    MIN_SECOND_VOP = 8, // bytes; libavcodec overlooks shorter ones
};

// Versions: up to which one, and between which, there are known faults.
enum {
    XVID_OLD = 32,
    LAVC_OLD = 4712,
    LAVC_EDGE_FIRST = 3621476,
    LAVC_EDGE_LAST = 3752552,
};

struct bits {
    const uint8_t *data;
    size_t count; // in all
    size_t at;    // the next one
    bool over;    // read beyond the end: then everything since is 0
};

static uint32_t get(struct bits *bits, unsigned n)
{
    uint32_t value = 0;
    for (unsigned i = 0; i < n; i++) {
        uint32_t bit = 0;
        if (bits->at < bits->count) {
            bit = bits->data[bits->at / 8] >> (7 - bits->at % 8) & 1;
            bits->at++;
        } else {
            bits->over = true;
        }
        value = value << 1 | bit;
    }
    return value;
}

// A marker is a bit that is always 1. Some decoders do not care; we do.
static bool marker(struct bits *bits)
{
    return get(bits, 1) == 1;
}

// How many bits are zero from `at` on.
static size_t count_zeros(const uint8_t *data, size_t size, size_t at)
{
    size_t zeros = 0;
    for (; at < size && data[at] == 0; at++) {
        zeros += 8;
    }
    for (int byte = at < size ? data[at] : 0x80; !(byte & 0x80); byte <<= 1) {
        zeros++;
    }
    return zeros;
}

/* The next start code at or after `at` that has its fourth byte, or `size`.
 * *zeros rises to the most zero bits in a row, from a byte's first bit on, of
 * 16 or more that are passed and begin none. */
static size_t find_code(const uint8_t *data, size_t size, size_t at, size_t *zeros)
{
    while (at + 1 < size) {
        const uint8_t *zero = memchr(data + at, 0, size - at - 1);
        if (!zero) {
            break;
        }
        at = (size_t)(zero - data);
        if (data[at + 1] != 0) {
            at += 2;
        } else if (at + 3 < size && data[at + 2] == 1) {
            return at;
        } else {
            size_t run = count_zeros(data, size, at);
            *zeros = run > *zeros ? run : *zeros;
            at++;
        }
    }
    return size;
}

size_t mpeg4_header_length(const uint8_t *data, size_t size)
{
    size_t zeros = 0;
    for (size_t at = find_code(data, size, 0, &zeros); at < size;
         at = find_code(data, size, at + 4, &zeros)) {
        if (data[at + 3] == CODE_GROUP || data[at + 3] == CODE_VOP) {
            return at;
        }
    }
    return size;
}

static const char *skip_rate_control(struct bits *bits)
{
    // First and latter halves of bit rate, buffer size and occupancy.
    static const uint8_t lengths[] = {15, 15, 15, 14, 15};
    for (size_t i = 0; i < sizeof lengths; i++) {
        if (i == 3) {
            get(bits, 3);
            get(bits, 11);
        } else {
            get(bits, lengths[i]);
        }
        if (!marker(bits)) {
            return "a marker is missing in its layer header";
        }
    }
    return NULL;
}

static void skip_matrices(struct bits *bits)
{
    for (int matrix = 0; matrix < 2; matrix++) {
        if (get(bits, 1)) {
            for (int i = 0; i < MATRIX_SIZE && get(bits, 8) != 0; i++) {
            }
        }
    }
}

static const char *read_layer_size(struct mpeg4_header *header, struct bits *bits)
{
    bool marked = marker(bits);
    header->resolution = get(bits, 16);
    marked = marker(bits) && marked;
    if (header->resolution == 0) {
        return "its clock has no ticks";
    }
    header->time_bits = 1;
    while ((header->resolution - 1) >> header->time_bits) {
        header->time_bits++;
    }
    if (get(bits, 1)) { // fixed rate
        get(bits, header->time_bits);
    }
    marked = marker(bits) && marked;
    header->width = get(bits, 13);
    marked = marker(bits) && marked;
    header->height = get(bits, 13);
    marked = marker(bits) && marked;
    if (!marked) {
        return "a marker is missing in its layer header";
    }
    return header->width && header->height ? NULL : "its pictures have no size";
}

// The part of a layer header from the interlaced flag on.
static const char *read_layer_tools(struct mpeg4_header *header, struct bits *bits,
                                    uint32_t version)
{
    header->interlaced = get(bits, 1);
    get(bits, 1); // overlapped motion compensation is off
    if (get(bits, version == 1 ? 1 : 2)) {
        return "it uses sprites";
    }
    if (get(bits, 1)) {
        return "its samples are not the usual 8 bits";
    }
    if (get(bits, 1)) {
        skip_matrices(bits);
    }
    if (version != 1) {
        get(bits, 1); // quarter sample
    }
    if (!get(bits, 1)) {
        return "it carries complexity estimates";
    }
    header->no_resync = get(bits, 1);
    if (get(bits, 1)) {
        return "its data is partitioned";
    }
    if (version != 1 && get(bits, 2)) {
        return "it uses NEWPRED or reduced resolution";
    }
    return get(bits, 1) ? "it is scalable" : NULL;
}

static const char *read_layer(struct mpeg4_header *header, struct bits *bits)
{
    get(bits, 1); // random access
    uint32_t type = get(bits, 8);
    if (type == 0 || type == TYPE_STUDIO_SIMPLE || type == TYPE_STUDIO_CORE) {
        return "its object type is unusual";
    }
    uint32_t version = 1;
    if (get(bits, 1)) {
        version = get(bits, 4);
        get(bits, 3); // priority
    }
    if (get(bits, 4) == EXTENDED_ASPECT) {
        get(bits, 16);
    }
    header->low_delay = type == TYPE_SIMPLE || type == TYPE_ADVANCED_SIMPLE;
    if (get(bits, 1)) {
        if (get(bits, 2) != CHROMA_420) {
            return "it is not 4:2:0";
        }
        header->low_delay = get(bits, 1);
        const char *reason = get(bits, 1) ? skip_rate_control(bits) : NULL;
        if (reason) {
            return reason;
        }
    }
    if (get(bits, 2) != RECTANGLE) {
        return "its pictures are no rectangles";
    }
    const char *reason = read_layer_size(header, bits);
    if (!reason) {
        reason = read_layer_tools(header, bits, version);
    }
    return !reason && bits->over ? "its layer header is cut short" : reason;
}

// Whom the user data say that the stream comes from; -1: not them.
struct writer {
    int divx, xvid, lavc; // versions
    bool packed;
};

// Digits at *at, of a number that fits. Advances *at.
static bool take_number(const char **at, int *ret)
{
    int value = 0;
    const char *start = *at;
    for (; **at >= '0' && **at <= '9' && *at - start < 9; ++*at) {
        value = 10 * value + (**at - '0');
    }
    *ret = value;
    return *at > start && (**at < '0' || **at > '9');
}

static bool take_word(const char **at, const char *word)
{
    size_t length = strlen(word);
    bool found = strncmp(*at, word, length) == 0;
    *at += found ? length : 0;
    return found;
}

static bool read_lavc(struct writer *writer, const char *at)
{
    int major, minor, micro;
    if (!take_number(&at, &major) || !take_word(&at, ".") || !take_number(&at, &minor)
        || !take_word(&at, ".") || !take_number(&at, &micro)) {
        return false;
    }
    writer->lavc = (major & 0xFF) << 16 | (minor & 0xFF) << 8 | (micro & 0xFF);
    return true;
}

static const char *read_user_data(struct writer *writer, const uint8_t *data, size_t size)
{
    static const char odd[] = "its user data may mean something to a decoder";
    char text[USER_TEXT_SIZE] = "";
    if (size >= sizeof text) {
        return odd;
    }
    if (size > 0) {
        memcpy(text, data, size);
    }
    const char *at = text;
    bool fine = true;
    if (take_word(&at, "DivX")) {
        int build;
        fine = take_number(&at, &writer->divx) && (take_word(&at, "Build") || take_word(&at, "b"))
               && take_number(&at, &build);
        writer->packed = *at == 'p';
    } else if (take_word(&at, "XviD")) {
        fine = take_number(&at, &writer->xvid);
    } else if (take_word(&at, "Lavc")) {
        fine = read_lavc(writer, at);
    } else {
        fine = !take_word(&at, "FFmpe") && !take_word(&at, "ffmpeg");
    }
    return fine ? NULL : odd;
}

static bool assumed_xvid(uint32_t tag)
{
    static const char tags[][5] = {"XVID", "XVIX", "RMP4", "ZMP4", "SIPP"};
    for (size_t i = 0; i < sizeof tags / sizeof tags[0]; i++) {
        const char *t = tags[i];
        if (tag == ((uint32_t)t[0] | (uint32_t)t[1] << 8 | (uint32_t)t[2] << 16
                    | (uint32_t)t[3] << 24)) {
            return true;
        }
    }
    return false;
}

/* Encoders of which libavcodec knows no faults. Of the others it imitates them
 * in ways that hang on what it has decoded before. */
static bool is_faultless(const struct writer *writer, uint32_t tag)
{
    bool unnamed = writer->divx < 0 && writer->xvid < 0 && writer->lavc < 0;
    bool lavc = writer->lavc < 0 || (writer->lavc > LAVC_OLD && writer->lavc <= LAVC_EDGE_FIRST)
                || writer->lavc >= LAVC_EDGE_LAST;
    return lavc && (writer->xvid > XVID_OLD || (writer->xvid < 0 && writer->divx < 0))
           && !(unnamed && assumed_xvid(tag));
}

// One section of a header: a start code with what follows it.
static const char *read_section(struct mpeg4_header *header, struct writer *writer, int *layers,
                                const uint8_t *data, size_t size)
{
    uint8_t code = data[3];
    struct bits bits = {.data = data + 4, .count = 8 * (size - 4)};
    if (code >= CODE_LAYER_FIRST && code <= CODE_LAYER_LAST) {
        return ++*layers > 1 ? "it has more than one layer" : read_layer(header, &bits);
    }
    if (code == CODE_SEQUENCE) {
        return get(&bits, 4) == PROFILE_STUDIO ? "it is of the studio profile" : NULL;
    }
    if (code == CODE_VISUAL_OBJECT) {
        if (get(&bits, 1)) {
            get(&bits, 7); // version, priority
        }
        if (get(&bits, 4) != 1) {
            return "its visual object is no video";
        }
        return get(&bits, 1) ? "it says something of its colours" : NULL;
    }
    if (code == CODE_USER_DATA) {
        return read_user_data(writer, data + 4, size - 4);
    }
    return code <= CODE_OBJECT_LAST ? NULL : "an unusual start code in its header";
}

const char *mpeg4_read_header(struct mpeg4_header *ret, const uint8_t *data, size_t size,
                              uint32_t tag)
{
    struct mpeg4_header header = {0};
    struct writer writer = {.divx = -1, .xvid = -1, .lavc = -1};
    int layers = 0;
    size_t zeros = 0;
    size_t at = find_code(data, size, 0, &zeros);
    if (at != 0 || size < 4) {
        return "its header begins with no start code";
    }
    while (at < size) {
        size_t next = find_code(data, size, at + 4, &zeros);
        const char *reason = read_section(&header, &writer, &layers, data + at, next - at);
        if (reason) {
            return reason;
        }
        at = next;
    }
    if (layers != 1) {
        return "its header has no layer";
    }
    if (zeros > 0) {
        return "zeros in its header";
    }
    if (!is_faultless(&writer, tag)) {
        return "its encoder had faults that a decoder has to imitate";
    }
    header.packed = writer.packed;
    header.xvid = writer.xvid >= 0;
    *ret = header;
    return NULL;
}

/* Read the VOP whose start code is at `at`. The decoder sees the packet up to
 * its end, so that is where `bits` ends. *marker_zeros is the least number of
 * zeros that a resync marker in it begins with. */
static const char *read_vop(struct mpeg4_vop *vop, size_t *marker_zeros, const uint8_t *data,
                            size_t size, size_t at, const struct mpeg4_header *header)
{
    struct bits bits = {.data = data + at + 4, .count = 8 * (size - at - 4)};
    vop->at = (uint32_t)at;
    vop->type = (uint8_t)get(&bits, 2);
    if (vop->type > MPEG4_B) {
        return "it uses sprites";
    }
    while (get(&bits, 1)) {
        if (++vop->seconds > MAX_SECONDS) {
            return "a picture comes a minute after the one before";
        }
    }
    bool marked = marker(&bits);
    vop->tick = get(&bits, header->time_bits);
    marked = marker(&bits) && marked;
    if (!marked || bits.over) {
        return "a picture's header is damaged";
    }
    vop->coded = get(&bits, 1);
    if (!vop->coded) {
        return bits.over ? "a picture's header is cut short" : NULL;
    }
    uint32_t range[2] = {1, 1};
    get(&bits, vop->type == MPEG4_P ? 1 : 0); // rounding
    vop->dc_threshold = (uint8_t)get(&bits, 3);
    get(&bits, header->interlaced ? 2 : 0);
    vop->quantiser = (uint8_t)get(&bits, 5);
    if (vop->type != MPEG4_I) {
        range[0] = get(&bits, 3); // of forward vectors
    }
    if (vop->type == MPEG4_B) {
        range[1] = get(&bits, 3); // and of backward ones
    }
    vop->range = (uint8_t)range[0];
    vop->body = (uint32_t)(8 * (at + 4) + bits.at);
    if (vop->quantiser == 0 || !range[0] || !range[1] || bits.over) {
        return "a picture's header is damaged";
    }
    uint32_t widest = range[0] > range[1] ? range[0] : range[1];
    *marker_zeros = 15 + (vop->type == MPEG4_B && widest < 2 ? 2 : widest);
    // libavcodec drops references that are shorter than that.
    size_t blocks = (size_t)((header->width + 15) / 16) * ((header->height + 15) / 16);
    if (vop->type != MPEG4_B && bits.count - bits.at < blocks / 2) {
        return "a picture is cut short";
    }
    return NULL;
}

static const char *read_group(struct mpeg4_packet *packet, const uint8_t *data, size_t size)
{
    struct bits bits = {.data = data + 4, .count = 8 * (size - 4)};
    uint32_t hours = get(&bits, 5);
    uint32_t minutes = get(&bits, 6);
    bool marked = marker(&bits);
    uint32_t seconds = get(&bits, 6);
    get(&bits, 2); // closed, broken link
    if (!marked || bits.over) {
        return "a group's header is damaged";
    }
    packet->gov_seconds = (int32_t)(seconds + 60 * (minutes + 60 * hours));
    return NULL;
}

// What a packet begins with; *at moves behind it.
static const char *read_front(struct mpeg4_packet *packet, size_t *at, const uint8_t *data,
                              size_t size, const uint8_t *header_data, size_t header_size)
{
    size_t zeros = 0;
    if (size < 4 || find_code(data, size, 0, &zeros) != 0) {
        return "a packet begins with no start code";
    }
    if (data[3] != CODE_GROUP && data[3] != CODE_VOP) {
        if (mpeg4_header_length(data, size) != header_size
            || memcmp(data, header_data, header_size) != 0) {
            return "its header changes";
        }
        packet->has_header = true;
        *at = header_size;
    }
    if (*at + 3 < size && data[*at + 3] == CODE_GROUP) {
        size_t next = find_code(data, size, *at + 4, &zeros);
        const char *reason = read_group(packet, data + *at, next - *at);
        if (reason) {
            return reason;
        }
        *at = next;
    }
    return zeros > 0 ? "zeros in a header" : NULL;
}

const char *mpeg4_read_packet(struct mpeg4_packet *ret, const uint8_t *data, size_t size,
                              const struct mpeg4_header *header, const uint8_t *header_data,
                              size_t header_size)
{
    if (size > INT32_MAX / 8) {
        return "a packet is too large";
    }
    struct mpeg4_packet packet = {.size = (uint32_t)size, .gov_seconds = -1};
    size_t at = 0;
    const char *reason = read_front(&packet, &at, data, size, header_data, header_size);
    while (!reason && at < size) {
        if (data[at + 3] != CODE_VOP) {
            return "an unusual start code in a packet";
        }
        if (packet.vops == 2) {
            return "a packet holds more than two pictures";
        }
        size_t marker_zeros = 0;
        size_t zeros = 0;
        reason = read_vop(&packet.vop[packet.vops++], &marker_zeros, data, size, at, header);
        at = find_code(data, size, at + 4, &zeros);
        // Is it a resync marker, where there should be none? That depends on
        // what the decoder has come to think of the stream's padding.
        if (!reason && header->no_resync && zeros > 0 && zeros >= marker_zeros) {
            reason = "zeros in a picture";
        }
    }
    if (reason) {
        return reason;
    }
    if (packet.vops == 0) {
        return "a packet holds no picture";
    }
    if (packet.vops == 2
        && (!header->packed || !packet.vop[0].coded || packet.vop[0].type == MPEG4_B
            || packet.vop[1].type != MPEG4_B || !packet.vop[1].coded
            || size - packet.vop[1].at < MIN_SECOND_VOP)) {
        return "a packet holds two pictures, but not a reference and a B picture";
    }
    *ret = packet;
    return NULL;
}
