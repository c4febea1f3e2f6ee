#include "core/base/text.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

bool text_to_i64(const char *text, int64_t low, int64_t high, int64_t *ret)
{
    // strtoll would skip spaces and accept an empty string.
    const char *digits = text[0] == '-' || text[0] == '+' ? text + 1 : text;
    if (digits[0] < '0' || digits[0] > '9') {
        return false;
    }
    errno = 0;
    char *end;
    long long value = strtoll(text, &end, 10);
    if (errno || *end || value < low || value > high) {
        return false;
    }
    *ret = value;
    return true;
}

bool text_to_u64(const char *text, uint64_t *ret)
{
    if (text[0] < '0' || text[0] > '9') {
        return false;
    }
    errno = 0;
    char *end;
    unsigned long long value = strtoull(text, &end, 10);
    if (errno || *end) {
        return false;
    }
    *ret = value;
    return true;
}

bool text_to_int(const char *text, int low, int high, int *ret)
{
    int64_t value;
    if (!text_to_i64(text, low, high, &value)) {
        return false;
    }
    *ret = (int)value;
    return true;
}

bool text_to_double(const char *text, double low, double high, double *ret)
{
    // Digits only: strtod would also take "nan", "inf" and hexadecimal.
    if (text[0] == 0 || text[strspn(text, "+-.eE0123456789")] != 0) {
        return false;
    }
    // A program that uses our library may have a locale, and commas in it.
    locale_t plain = newlocale(LC_ALL_MASK, "C", (locale_t)0);
    if (!plain) {
        return false;
    }
    char *end;
    double value = strtod_l(text, &end, plain);
    freelocale(plain);
    if (end == text || *end || !isfinite(value) || value < low || value > high) {
        return false;
    }
    *ret = value;
    return true;
}

bool text_to_dims(const char *text, int count, int high, int *ret)
{
    int values[8];
    if (count < 1 || count > 8) {
        return false;
    }
    for (int i = 0; i < count; i++) {
        size_t length = strspn(text, "0123456789");
        char number[16];
        if (length == 0 || length >= sizeof number) {
            return false;
        }
        memcpy(number, text, length);
        number[length] = 0;
        if (!text_to_int(number, 1, high, &values[i])) {
            return false;
        }
        text += length;
        if (*text != (i + 1 < count ? 'x' : 0)) {
            return false;
        }
        text++;
    }
    memcpy(ret, values, (size_t)count * sizeof *ret);
    return true;
}

// Length of the UTF-8 sequence at p (RFC 3629: no overlong forms, no
// surrogates), or 0 where there is none.
static size_t utf8_length(const unsigned char *p)
{
    if (p[0] < 0x80) {
        return 1;
    }
    size_t length = p[0] >= 0xc2 && p[0] <= 0xdf ? 2
                  : p[0] >= 0xe0 && p[0] <= 0xef ? 3
                  : p[0] >= 0xf0 && p[0] <= 0xf4 ? 4 : 0;
    for (size_t i = 1; i < length; i++) {
        if ((p[i] & 0xc0) != 0x80) {
            return 0;
        }
    }
    bool bad = (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f)
            || (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f);
    return bad ? 0 : length;
}

// U+202A to U+202E, U+2066 to U+2069: what comes behind them is shown in another order.
static bool is_turn(const unsigned char *p, size_t length)
{
    return length == 3 && p[0] == 0xe2
        && ((p[1] == 0x80 && p[2] >= 0xaa && p[2] <= 0xae)
            || (p[1] == 0x81 && p[2] >= 0xa6 && p[2] <= 0xa9));
}

static bool is_control(const unsigned char *p, size_t length)
{
    return p[0] < 0x20 || p[0] == 0x7f || (length == 2 && p[0] == 0xc2 && p[1] < 0xa0)
        || is_turn(p, length);
}

static char *escape(char *out, size_t capacity, const char *text, bool backslashes)
{
    size_t used = 0;
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        size_t length = utf8_length(p);
        char piece[5];
        size_t piece_length;
        if (length == 0 || is_control(p, length)) {
            length = 1;
            piece_length = (size_t)snprintf(piece, sizeof piece, "\\x%02x", *p);
        } else if (backslashes && *p == '\\') {
            memcpy(piece, "\\\\", 2);
            piece_length = 2;
        } else {
            memcpy(piece, p, length);
            piece_length = length;
        }
        if (used + piece_length >= capacity) {
            break;
        }
        memcpy(out + used, piece, piece_length);
        used += piece_length;
        p += length;
    }
    out[used] = 0;
    return out;
}

char *text_escape(char *out, size_t capacity, const char *text)
{
    return escape(out, capacity, text, true);
}

char *text_clean(char *out, size_t capacity, const char *text)
{
    return escape(out, capacity, text, false);
}

// The value of a digit as text_escape() writes it, or -1.
static int lower_hex(char digit)
{
    return digit >= '0' && digit <= '9' ? digit - '0'
         : digit >= 'a' && digit <= 'f' ? digit - 'a' + 10 : -1;
}

char *text_unescape(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        if (from[0] == '\\' && from[1] == '\\') {
            from++;
        } else if (from[0] == '\\' && from[1] == 'x' && lower_hex(from[2]) >= 0
                   && lower_hex(from[3]) >= 0 && lower_hex(from[2]) + lower_hex(from[3]) > 0) {
            *to++ = (char)(lower_hex(from[2]) * 16 + lower_hex(from[3]));
            from += 3;
            continue;
        }
        *to++ = *from;
    }
    *to = 0;
    return text;
}

bool text_is_clean(const char *text)
{
    for (const unsigned char *p = (const unsigned char *)text; *p;) {
        size_t length = utf8_length(p);
        if (length == 0 || is_control(p, length)) {
            return false;
        }
        p += length;
    }
    return true;
}

// Levenshtein distance of short words; a large number for long ones.
static size_t distance(const char *a, const char *b)
{
    enum { LONGEST = 40 };
    size_t row[LONGEST + 1];
    size_t la = strlen(a), lb = strlen(b);
    if (la > LONGEST || lb > LONGEST) {
        return 2 * LONGEST;
    }
    for (size_t j = 0; j <= lb; j++) {
        row[j] = j;
    }
    for (size_t i = 1; i <= la; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= lb; j++) {
            size_t change = diagonal + (a[i - 1] != b[j - 1]);
            size_t insert = row[j - 1] + 1;
            size_t drop = row[j] + 1;
            diagonal = row[j];
            row[j] = change < insert ? change : insert;
            row[j] = row[j] < drop ? row[j] : drop;
        }
    }
    return row[lb];
}

const char *text_nearest(const char *text, const char *const *words)
{
    const char *best = NULL;
    size_t least = strlen(text) / 3 + 2; // about one slip in three letters
    for (; *words; words++) {
        size_t d = distance(text, *words);
        if (d < least) {
            least = d;
            best = *words;
        }
    }
    return best;
}

char *text_next_line(char **cursor)
{
    char *line = *cursor;
    if (!line || !*line) {
        return NULL;
    }
    char *end = strchr(line, '\n');
    if (end) {
        *cursor = end + 1;
        *end = 0;
    } else {
        end = line + strlen(line);
        *cursor = end;
    }
    if (end > line && end[-1] == '\r') {
        end[-1] = 0;
    }
    return line;
}
