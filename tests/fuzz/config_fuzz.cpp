// Any bytes as rivulet.yaml: it is read whole or refused with a line.
#include <sys/mman.h>
#include <unistd.h>

#include <string>

#include "config/config_file.hpp"
#include "tests/fuzz/demand.hpp"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* bytes, std::size_t count) {
    static const int memory = memfd_create("rivulet.yaml", 0);
    static const std::string path = "/proc/self/fd/" + std::to_string(memory);
    demand(ftruncate(memory, 0) == 0 && pwrite(memory, bytes, count, 0) == static_cast<ssize_t>(count),
           "it is written");
    const auto file = rivulet::read_config_file(path);
    if (!file) {
        demand(file.error().message.starts_with(path), "a refusal says where");
        return 0;
    }
    rivulet::Settings settings;
    demand(rivulet::apply_settings(settings, file->settings, "the file").has_value(),
           "settings that were read can be set");
    for (const auto& credential : file->credentials)
        demand(!credential.access_key_id.empty(), "credentials have a key");
    return 0;
}
