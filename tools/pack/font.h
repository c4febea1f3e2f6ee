#ifndef TOOLS_FONT_H
#define TOOLS_FONT_H

#include <stdbool.h>

/* A small bitmap font: printable ASCII in cells of 6 x 9 pixels, the empty
 * column and row between letters and lines included. */

enum { FONT_WIDTH = 6, FONT_HEIGHT = 9 };

/* The glyph of a code point: eight rows of five characters each, separated by
 * blanks, '#' where there is ink. What the font does not have is a hollow box. */
const char *font_glyph(unsigned code_point);

/* Is there ink at column x (0 .. FONT_WIDTH - 1), row y (0 .. FONT_HEIGHT - 1)? */
bool font_ink(const char *glyph, int x, int y);

/* Take the next code point off UTF-8 text; 0 at its end. A byte that is not
 * UTF-8 counts as a code point of its own that no font has. */
unsigned font_next(const char **text);

/* Code points in the text: how many cells it takes. */
int font_length(const char *text);

#endif
