#include <spdlog/spdlog.h>

namespace rivulet {
namespace {

/// Tests provoke what the server warns of; only what nobody provoked is worth a line.
class QuietLog : public testing::Environment {
public:
    void SetUp() override { spdlog::set_level(spdlog::level::critical); }
};

[[maybe_unused]] auto* const quiet_log = testing::AddGlobalTestEnvironment(new QuietLog);

}  // namespace
}  // namespace rivulet
