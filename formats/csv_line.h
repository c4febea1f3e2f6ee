#ifndef FORMATS_CSV_LINE_H
#define FORMATS_CSV_LINE_H

enum { CSV_COLUMNS_MAX = 32 };

/* Cut a line of a comma-separated file (RFC 4180, no line ends within quotes)
 * into its fields, in place; "a ""b""" is unquoted. Returns how many there
 * are, or -1 where quotes do not match or there are more than
 * CSV_COLUMNS_MAX. Thread-safe. */
int csv_line_cut(char *line, char *fields[CSV_COLUMNS_MAX]);

#endif
