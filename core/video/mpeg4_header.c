#include "core/video/mpeg4_syntax.h"

#include <string.h>

#include "core/video/mpeg4_bits.h"

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
    USER_TEXT_SIZE = 256,
};

// Versions: up to which one, and between which, there are known faults.
enum {
    XVID_OLD = 32,
    LAVC_OLD = 4712,
    LAVC_EDGE_FIRST = 3621476,
    LAVC_EDGE_LAST = 3752552,
};

size_t mpeg4_header_length(const uint8_t *data, size_t size)
{
    size_t zeros = 0;
    for (size_t at = bits_find_code(data, size, 0, &zeros); at < size;
         at = bits_find_code(data, size, at + 4, &zeros)) {
        if (data[at + 3] == MPEG4_CODE_GROUP || data[at + 3] == MPEG4_CODE_VOP) {
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
            bits_get(bits, 3);
            bits_get(bits, 11);
        } else {
            bits_get(bits, lengths[i]);
        }
        if (!bits_marker(bits)) {
            return "a marker is missing in its layer header";
        }
    }
    return NULL;
}

static void skip_matrices(struct bits *bits)
{
    for (int matrix = 0; matrix < 2; matrix++) {
        if (bits_get(bits, 1)) {
            for (int i = 0; i < MATRIX_SIZE && bits_get(bits, 8) != 0; i++) {
            }
        }
    }
}

static const char *read_layer_size(struct mpeg4_header *header, struct bits *bits)
{
    bool marked = bits_marker(bits);
    header->resolution = bits_get(bits, 16);
    marked = bits_marker(bits) && marked;
    if (header->resolution == 0) {
        return "its clock has no ticks";
    }
    header->time_bits = 1;
    while ((header->resolution - 1) >> header->time_bits) {
        header->time_bits++;
    }
    if (bits_get(bits, 1)) { // fixed rate
        bits_get(bits, header->time_bits);
    }
    marked = bits_marker(bits) && marked;
    header->width = bits_get(bits, 13);
    marked = bits_marker(bits) && marked;
    header->height = bits_get(bits, 13);
    marked = bits_marker(bits) && marked;
    if (!marked) {
        return "a marker is missing in its layer header";
    }
    return header->width && header->height ? NULL : "its pictures have no size";
}

// The part of a layer header from the interlaced flag on.
static const char *read_layer_tools(struct mpeg4_header *header, struct bits *bits,
                                    uint32_t version)
{
    header->interlaced = bits_get(bits, 1);
    bits_get(bits, 1); // overlapped motion compensation is off
    if (bits_get(bits, version == 1 ? 1 : 2)) {
        return "it uses sprites";
    }
    if (bits_get(bits, 1)) {
        return "its samples are not the usual 8 bits";
    }
    if (bits_get(bits, 1)) {
        skip_matrices(bits);
    }
    if (version != 1) {
        bits_get(bits, 1); // quarter sample
    }
    if (!bits_get(bits, 1)) {
        return "it carries complexity estimates";
    }
    header->no_resync = bits_get(bits, 1);
    if (bits_get(bits, 1)) {
        return "its data is partitioned";
    }
    if (version != 1 && bits_get(bits, 2)) {
        return "it uses NEWPRED or reduced resolution";
    }
    return bits_get(bits, 1) ? "it is scalable" : NULL;
}

static const char *read_layer(struct mpeg4_header *header, struct bits *bits)
{
    bits_get(bits, 1); // random access
    uint32_t type = bits_get(bits, 8);
    if (type == 0 || type == TYPE_STUDIO_SIMPLE || type == TYPE_STUDIO_CORE) {
        return "its object type is unusual";
    }
    uint32_t version = 1;
    if (bits_get(bits, 1)) {
        version = bits_get(bits, 4);
        bits_get(bits, 3); // priority
    }
    if (bits_get(bits, 4) == EXTENDED_ASPECT) {
        bits_get(bits, 16);
    }
    header->low_delay = type == TYPE_SIMPLE || type == TYPE_ADVANCED_SIMPLE;
    if (bits_get(bits, 1)) {
        if (bits_get(bits, 2) != CHROMA_420) {
            return "it is not 4:2:0";
        }
        header->low_delay = bits_get(bits, 1);
        const char *reason = bits_get(bits, 1) ? skip_rate_control(bits) : NULL;
        if (reason) {
            return reason;
        }
    }
    if (bits_get(bits, 2) != RECTANGLE) {
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
    if (code >= MPEG4_CODE_LAYER_FIRST && code <= MPEG4_CODE_LAYER_LAST) {
        return ++*layers > 1 ? "it has more than one layer" : read_layer(header, &bits);
    }
    if (code == MPEG4_CODE_SEQUENCE) {
        return bits_get(&bits, 4) == PROFILE_STUDIO ? "it is of the studio profile" : NULL;
    }
    if (code == MPEG4_CODE_VISUAL_OBJECT) {
        if (bits_get(&bits, 1)) {
            bits_get(&bits, 7); // version, priority
        }
        if (bits_get(&bits, 4) != 1) {
            return "its visual object is no video";
        }
        return bits_get(&bits, 1) ? "it says something of its colours" : NULL;
    }
    if (code == MPEG4_CODE_USER_DATA) {
        return read_user_data(writer, data + 4, size - 4);
    }
    return code <= MPEG4_CODE_OBJECT_LAST ? NULL : "an unusual start code in its header";
}

const char *mpeg4_read_header(struct mpeg4_header *ret, const uint8_t *data, size_t size,
                              uint32_t tag)
{
    struct mpeg4_header header = {0};
    struct writer writer = {.divx = -1, .xvid = -1, .lavc = -1};
    int layers = 0;
    size_t zeros = 0;
    size_t at = bits_find_code(data, size, 0, &zeros);
    if (at != 0 || size < 4) {
        return "its header begins with no start code";
    }
    while (at < size) {
        size_t next = bits_find_code(data, size, at + 4, &zeros);
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
