#include "tools/common/program.h"
#include "tools/triptych/triptych_command.h"

int main(int argc, char **argv)
{
    program_start();
    return (int)verbs_run(&triptych_command, argc, argv);
}
