#include "server/command_line.hpp"

#include <CLI/CLI.hpp>

#include "server/snapshot_command.hpp"

namespace rivulet {

namespace {

/// A flag for each setting; what was given lands in `texts`.
void add_flags(CLI::App& command, SettingTexts& texts) {
    const Settings defaults;
    for (const auto& row : setting_rows()) {
        const std::string key(row.key);
        const std::string shown = row.show(defaults);
        const std::string help = std::string(row.help) + " [" + row.environment_variable() + ']' +
                                 (shown.empty() || row.value_name.empty() ? "" : " (default: " + shown + ')');
        CLI::Option* option = nullptr;
        if (row.value_name.empty()) {
            option = command.add_flag_callback(
                row.flag(), [&texts, key] { texts[key] = "true"; }, help);
        } else {
            option = command.add_option_function<std::string>(
                row.flag(), [&texts, key](const std::string& value) { texts[key] = value; }, help);
            option->type_name(std::string(row.value_name));
        }
        option->take_last();
    }
}

Result<Launch> launch_from(const SettingTexts& flags, const char* const* environment) {
    Launch launch;
    const auto variables = settings_from_environment(environment);
    if (!variables) return variables.error();
    // The configuration file's own place is known before its settings are.
    for (const auto* source : {&*variables, &flags}) {
        if (const auto path = source->find("config"); path != source->end()) launch.settings.config = path->second;
    }
    if (!launch.settings.config.empty()) {
        auto file = read_config_file(launch.settings.config);
        if (!file) return file.error();
        launch.resources = std::move(*file);
        auto applied = apply_settings(launch.settings, launch.resources.settings, launch.settings.config.string());
        if (!applied) return applied.error();
    }
    if (auto applied = apply_settings(launch.settings, *variables, "the environment"); !applied) return applied.error();
    if (auto applied = apply_settings(launch.settings, flags, "the command line"); !applied) return applied.error();
    if (launch.settings.auth == Auth::sigv4 && launch.resources.credentials.empty()) {
        return Error(ErrorCode::configuration,
                     "auth: sigv4 lets nobody in without `credentials` in the configuration file; expected a list of "
                     "access_key_id and secret_access_key.");
    }
    return launch;
}

}  // namespace

std::variant<Launch, int, Error> read_command_line(int argc, char** argv, const char* const* environment) {
    CLI::App app("A self-hosted, Kinesis-compatible server that carries a whole streaming pipeline offline.",
                 "rivulet");
    app.set_version_flag("--version", RIVULET_VERSION);
    app.require_subcommand(1);
    SettingTexts flags;
    CLI::App* const serve = app.add_subcommand(
        "serve", "Starts the server. A flag goes before its environment variable, that before the configuration file.");
    add_flags(*serve, flags);
    CLI::App* const show_certificate = app.add_subcommand(
        "cert",
        "Says where the certificate authority for TLS is, making it if there is none, and how clients are told "
        "of it. Takes the same settings.");
    add_flags(*show_certificate, flags);
    const SnapshotCommand snapshot(app);
    try {
        app.parse(argc, argv);
    } catch (const CLI::ParseError& fault) {
        return app.exit(fault) == 0 ? 0 : 2;
    }
    if (snapshot.asked()) return snapshot.run();
    auto launch = launch_from(flags, environment);
    if (!launch) return launch.error();
    if (show_certificate->parsed()) launch->command = Command::show_certificate;
    return std::move(*launch);
}

}  // namespace rivulet
