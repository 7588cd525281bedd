#pragma once

#include <optional>
#include <variant>

#include "common/result.hpp"
#include "config/config_file.hpp"
#include "config/settings.hpp"

namespace rivulet {

/// What the program was asked to do.
enum class Command { serve, show_certificate };

/// What the server was asked to be: settings from all sources, and the resources to declare.
struct Launch {
    Command command = Command::serve;
    Settings settings;
    ConfigFile resources;
};

/// Reads the command line, the environment and the configuration file.
/// Returns the exit status where that is all there is to do: after `--help` and `--version` (0), after `rivulet
/// snapshot`, or a command line that says nothing sensible (2); what there is to say has then been printed.
/// Errors: configuration.
std::variant<Launch, int, Error> read_command_line(int argc, char** argv, const char* const* environment);

}  // namespace rivulet
