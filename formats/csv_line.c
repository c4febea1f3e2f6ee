#include "formats/csv_line.h"

#include "formats/csv_field.h"

#include <stddef.h>

int csv_line_cut(char *line, char *fields[CSV_COLUMNS_MAX])
{
    int count = 0;
    for (char *rest = line; rest; count++) {
        char *field = count < CSV_COLUMNS_MAX ? csv_field_next(&rest) : NULL;
        if (!field) {
            return -1;
        }
        fields[count] = field;
    }
    return count;
}
