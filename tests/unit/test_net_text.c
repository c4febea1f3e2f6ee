#include "formats/net_text.h"

#include "tests/unit/tree_fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static struct net_spec *parse(const char *text)
{
    struct error err = ERROR_INIT;
    struct net_spec *spec = NULL;
    if (net_text_parse(&spec, text, "test.net", &err) < 0) {
        fail_msg("%s", err.text);
    }
    return spec;
}

// It is refused as a format error with this in its message, and nothing is returned.
static void refuse(const char *text, const char *message)
{
    struct error err = ERROR_INIT;
    struct net_spec *spec = NULL;
    int code = net_text_parse(&spec, text, "test.net", &err);
    assert_error(&err, code, ERR_FORMAT, "test.net", message);
    assert_null(spec);
}

static void assert_argument(const struct net_line *line, int index, const char *key,
                            const char *value)
{
    assert_true(index < line->argument_count);
    const struct net_argument *a = &line->arguments[index];
    if (key) {
        assert_non_null(a->key);
        assert_string_equal(a->key, key);
    } else {
        assert_null(a->key);
    }
    assert_string_equal(a->value, value);
}

static void test_lines_words_comments(void **state)
{
    (void)state;
    const char *text = "# a comment\n"
                       "\n"
                       "  conv\t7x7x8  stride=2 padding=3x1 # with words behind\r\n"
                       "relu#joined\n"
                       "   \t \n"
                       "linear"; // no line end
    struct net_spec *spec = parse(text);
    assert_string_equal(spec->name, "test.net");
    assert_string_equal(spec->text, text);
    assert_int_equal(spec->line_count, 3);
    const struct net_line *conv = &spec->lines[0];
    assert_string_equal(conv->word, "conv");
    assert_int_equal(conv->number, 3);
    assert_int_equal(conv->argument_count, 3);
    assert_argument(conv, 0, NULL, "7x7x8");
    assert_argument(conv, 1, "stride", "2");
    assert_argument(conv, 2, "padding", "3x1");
    assert_null(conv->body);
    assert_string_equal(spec->lines[1].word, "relu");
    assert_int_equal(spec->lines[1].number, 4);
    assert_int_equal(spec->lines[1].argument_count, 0);
    assert_string_equal(spec->lines[2].word, "linear");
    assert_int_equal(spec->lines[2].number, 6);
    net_spec_free(&spec);
    assert_null(spec);
    net_spec_free(&spec);
}

static void test_blocks(void **state)
{
    (void)state;
    struct net_spec *spec = parse("residual 2 scale=0.5 {\n"
                                  "  conv 3x3x8 padding=1\n"
                                  "  inner {\n"
                                  "    relu\n"
                                  "  }\n"
                                  " } # closed\n"
                                  "linear\n");
    assert_int_equal(spec->line_count, 2);
    const struct net_line *residual = &spec->lines[0];
    assert_string_equal(residual->word, "residual");
    assert_int_equal(residual->argument_count, 2);
    assert_argument(residual, 1, "scale", "0.5");
    assert_int_equal(residual->body_count, 2);
    assert_string_equal(residual->body[0].word, "conv");
    assert_int_equal(residual->body[0].number, 2);
    assert_null(residual->body[0].body);
    assert_int_equal(residual->body[1].body_count, 1);
    assert_string_equal(residual->body[1].body[0].word, "relu");
    assert_int_equal(residual->body[1].body[0].number, 4);
    assert_string_equal(spec->lines[1].word, "linear");
    net_spec_free(&spec);
}

static void test_what_is_refused(void **state)
{
    (void)state;
    refuse("", "no layers");
    refuse("# only this\n\n", "no layers");
    refuse("relu\nConv 3\n", "line 2: 'Conv' is no layer");
    refuse("7x7\n", "line 1: '7x7' is no layer");
    refuse("conv stride=2 7x7x8\n", "line 1: '7x7x8' stands behind key=value");
    refuse("conv 7 stride=\n", "one value without '='");
    refuse("conv 7 stride=1=2\n", "one value without '='");
    refuse("conv 7 =2\n", "'' is no key");
    refuse("conv 7 Stride=2\n", "'Stride' is no key");
    refuse("relu\nconv 7 a=1 b=2 a=3\n", "line 2: 'a' is given twice");
    refuse("relu \x01\n", "line 1: a byte that is not UTF-8");
    refuse("relu\nrelu \xff\n", "line 2: a byte that is not UTF-8");
    refuse("relu\rrelu\n", "line 1: a byte that is not UTF-8");
}

static void test_braces_that_are_refused(void **state)
{
    (void)state;
    refuse("}\n", "line 1: '}' without a '{'");
    refuse("relu\n}\n", "line 2: '}' without a '{'");
    refuse("residual {\nrelu\n", "line 1: the block is not closed");
    refuse("relu\nresidual {\nrelu\nb {\nrelu\n}\n", "line 2: the block is not closed");
    refuse("residual {\n# nothing\n}\n", "line 1: the block holds no layers");
    refuse("{\nrelu\n}\n", "line 1: '{'");
    refuse("residual { relu }\n", "'relu': '{' must be the last word");
    refuse("residual { {\nrelu\n}\n", "'{' must be the last word");
    refuse("residual {\nrelu }\n}\n", "line 2: '}'");
    refuse("residual{\nrelu\n}\n", "line 1: 'residual{'");
    refuse("residual {\nrelu\n} linear\n", "line 3: '}'");
    refuse("conv a={b}\n", "line 1: 'a={b}'");
}

// `count` copies of `piece` between two texts; the caller frees it.
static char *repeat(const char *first, const char *piece, size_t count, const char *last)
{
    size_t length = strlen(piece);
    char *text = malloc(strlen(first) + count * length + strlen(last) + 1);
    assert_non_null(text);
    char *end = stpcpy(text, first);
    for (size_t i = 0; i < count; i++) {
        end = stpcpy(end, piece);
    }
    stpcpy(end, last);
    return text;
}

static void refuse_repeated(const char *first, const char *piece, size_t count,
                            const char *last, const char *message)
{
    char *text = repeat(first, piece, count, last);
    refuse(text, message);
    free(text);
}

static void accept_repeated(const char *first, const char *piece, size_t count, const char *last,
                            int lines)
{
    char *text = repeat(first, piece, count, last);
    struct net_spec *spec = parse(text);
    assert_int_equal(spec->line_count, lines);
    net_spec_free(&spec);
    free(text);
}

static void test_limits(void **state)
{
    (void)state;
    accept_repeated("relu #", "x", NET_TEXT_SIZE_MAX - 6, "", 1);
    refuse_repeated("relu #", "x", NET_TEXT_SIZE_MAX - 5, "", "has at most 262144");
    accept_repeated("", "a\n", NET_TEXT_SIZE_MAX / 2, "", NET_TEXT_SIZE_MAX / 2);
    accept_repeated("conv ", "x", NET_TEXT_WORD_MAX, "", 1);
    refuse_repeated("conv ", "x", NET_TEXT_WORD_MAX + 1, "", "a word of 129 bytes");
    accept_repeated("conv", " 1", NET_TEXT_ARGUMENTS_MAX, "\n", 1);
    refuse_repeated("conv", " 1", NET_TEXT_ARGUMENTS_MAX + 1, "\n", "more than 64 arguments");
    refuse_repeated("", "b {\n", NET_TEXT_DEPTH_MAX + 1, "relu\n", "more than 16 deep");
    refuse_repeated("", "b {\n", NET_TEXT_SIZE_MAX / 4, "", "more than 16 deep");
    refuse_repeated("", "b {\n", NET_TEXT_DEPTH_MAX, "relu\n", "is not closed");
    char *closing = repeat("relu\n", "}\n", NET_TEXT_DEPTH_MAX, "");
    accept_repeated("", "b {\n", NET_TEXT_DEPTH_MAX, closing, 1);
    free(closing);
}

// No text makes it crash, hang or leak: every prefix of a good one, and the
// good one with every byte replaced, in turn, by each of some telling ones.
static void test_damaged_texts(void **state)
{
    (void)state;
    static const char good[] = "conv 3x3x8 stride=2 # c\nres {\n relu\n}\r\nlinear bias=off\n";
    static const char bytes[] = "{}=# \n\r\t\xff" "a0";
    int refused = 0, taken = 0;
    char text[sizeof good];
    for (size_t i = 0; i < sizeof good - 1; i++) {
        for (size_t k = 0; k < sizeof bytes; k++) { // the NUL, too: a prefix
            memcpy(text, good, sizeof good);
            text[i] = bytes[k];
            struct error err = ERROR_INIT;
            struct net_spec *spec = NULL;
            int code = net_text_parse(&spec, text, "t", &err);
            if (code < 0) {
                assert_int_equal(code, ERR_FORMAT);
                assert_null(spec);
                refused++;
            } else {
                assert_string_equal(spec->text, text);
                taken++;
            }
            net_spec_free(&spec);
        }
    }
    assert_true(refused > 100 && taken > 100);
}

static void test_files(void **state)
{
    (void)state;
    struct error err = ERROR_INIT;
    struct net_spec *spec = NULL;
    tree_put("a.net", "relu\nlinear\n");
    assert_int_equal(net_text_read(&spec, "a.net", &err), 0);
    assert_string_equal(spec->name, "a.net");
    assert_int_equal(spec->line_count, 2);
    net_spec_free(&spec);

    tree_put_bytes("nul.net", "relu\n\0linear\n", 13);
    int code = net_text_read(&spec, "nul.net", &err);
    assert_error(&err, code, ERR_FORMAT, "nul.net", "NUL");
    err = (struct error)ERROR_INIT;
    code = net_text_read(&spec, "absent.net", &err);
    assert_error(&err, code, ERR_IO, "absent.net", "No such file");
    err = (struct error)ERROR_INIT;
    code = net_text_read(&spec, ".", &err);
    assert_error(&err, code, ERR_IO, ".", "directory");
    char *large = repeat("", "#", NET_TEXT_SIZE_MAX + 1, "");
    tree_put("large.net", large);
    free(large);
    err = (struct error)ERROR_INIT;
    code = net_text_read(&spec, "large.net", &err);
    assert_error(&err, code, ERR_FORMAT, "large.net", "at most");
    assert_null(spec);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lines_words_comments),
        cmocka_unit_test(test_blocks),
        cmocka_unit_test(test_what_is_refused),
        cmocka_unit_test(test_braces_that_are_refused),
        cmocka_unit_test(test_limits),
        cmocka_unit_test(test_damaged_texts),
        cmocka_unit_test_setup_teardown(test_files, tree_enter, tree_leave),
    };
    return cmocka_run_group_tests_name("net_text", tests, NULL, NULL);
}
