#include "formats/csv_line.h"

int csv_line_cut(char *line, char *fields[CSV_COLUMNS_MAX])
{
    int count = 0;
    char *from = line;
    for (;;) {
        if (count == CSV_COLUMNS_MAX) {
            return -1;
        }
        char *to = from;
        fields[count++] = to;
        if (*from == '"') {
            for (from++; *from != '"' || from[1] == '"'; from++) {
                if (!*from) {
                    return -1;
                }
                from += *from == '"';
                *to++ = *from;
            }
            from++;
        } else {
            while (*from && *from != ',') {
                from++;
            }
            to = from;
        }
        char next = *from;
        *to = 0;
        if (!next) {
            return count;
        }
        if (next != ',') {
            return -1;
        }
        from++;
    }
}
