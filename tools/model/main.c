#include "tools/common/program.h"
#include "tools/model/model_command.h"

int main(int argc, char **argv)
{
    program_start();
    return (int)verbs_run(&model_command, argc, argv);
}
