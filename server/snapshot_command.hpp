#pragma once

#include <string>

namespace CLI {
class App;
}

namespace rivulet {

/// `rivulet snapshot create DIRECTORY` asks the running server for a snapshot; `rivulet snapshot restore SNAPSHOT`
/// fills the data directory of a server that does not run.
class SnapshotCommand {
public:
    explicit SnapshotCommand(CLI::App& app);

    /// Whether the command line asked for it.
    bool asked() const;

    /// Does it, says what came of it, and returns the exit status.
    int run() const;

private:
    int create() const;
    int restore() const;

    CLI::App* snapshot_;
    CLI::App* create_;
    std::string directory_;
    std::string data_directory_ = "rivulet-data";
    std::string port_ = "4566";  ///< as it was given: only who makes a snapshot is told that it is none
};

}  // namespace rivulet
