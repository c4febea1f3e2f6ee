#include "formats/html_write.h"

#include "core/base/text.h"
#include "formats/png_file.h"

#include <stdlib.h>
#include <string.h>

void html_text(FILE *out, const char *text)
{
    size_t capacity = 4 * strlen(text) + 1; // a byte takes four as \xNN
    char *clean = malloc(capacity);
    if (!clean) {
        fputs("?", out);
        return;
    }
    for (const char *c = text_clean(clean, capacity, text); *c; c++) {
        switch (*c) {
        case '&': fputs("&amp;", out); break;
        case '<': fputs("&lt;", out); break;
        case '>': fputs("&gt;", out); break;
        case '"': fputs("&quot;", out); break;
        case '\'': fputs("&#39;", out); break;
        default: fputc(*c, out);
        }
    }
    free(clean);
}

// Three bytes are four letters; the end is filled up with '='.
static void write_base64(FILE *out, const unsigned char *data, size_t size)
{
    static const char letters[] =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < size; i += 3) {
        size_t left = size - i;
        unsigned bits = (unsigned)data[i] << 16 | (left > 1 ? (unsigned)data[i + 1] << 8 : 0)
                      | (left > 2 ? data[i + 2] : 0);
        fputc(letters[bits >> 18], out);
        fputc(letters[bits >> 12 & 63], out);
        fputc(left > 1 ? letters[bits >> 6 & 63] : '=', out);
        fputc(left > 2 ? letters[bits & 63] : '=', out);
    }
}

int html_picture(FILE *out, const uint8_t *pixels, int width, int height, int zoom,
                 const char *alt, struct error *err)
{
    unsigned char *png;
    size_t size;
    int code = png_encode(&png, &size, "a picture", pixels, width, height, err);
    if (code < 0) {
        return code;
    }
    fprintf(out, "<img width=\"%d\" height=\"%d\" alt=\"", width * zoom, height * zoom);
    html_text(out, alt);
    fputs("\" src=\"data:image/png;base64,", out);
    write_base64(out, png, size);
    fputs("\">", out);
    free(png);
    return 0;
}
