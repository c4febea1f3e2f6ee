#ifndef FORMATS_HTML_WRITE_H
#define FORMATS_HTML_WRITE_H

#include "core/base/error.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* Pieces of HTML pages that stand alone: nothing in them is loaded from
 * elsewhere. Errors of `out` are left for ferror(). */

/* Text, also within attributes in double quotes: what HTML reads as its own is
 * escaped, and so are control characters and bytes that are not UTF-8 (\xNN). */
void html_text(FILE *out, const char *text);

/* An RGB picture pixels[height][width][3] as <img> with its PNG inside. `alt` is
 * what it shows; `zoom` is CSS pixels per pixel. ERR_VALUE and ERR_NOMEM as
 * png_file_write(). */
int html_picture(FILE *out, const uint8_t *pixels, int width, int height, int zoom,
                 const char *alt, struct error *err) MUST_CHECK;

#endif
