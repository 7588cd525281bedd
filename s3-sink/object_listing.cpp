#include "s3-sink/object_listing.hpp"

#include <map>
#include <optional>
#include <string_view>

#include "s3-sink/file_system.hpp"
#include "s3-sink/key_path.hpp"
#include "s3-sink/path_cursor.hpp"

namespace rivulet {

namespace {

/// Collects the smallest names there are, one more than asked for, so that it is known whether that is all.
class Page {
public:
    explicit Page(const ListQuery& query) : query_(query) {}

    /// Whether some key that begins with `beginning` could still change the page.
    bool may_hold(const std::string& beginning) const {
        const auto& prefix = query_.prefix;
        if (beginning.compare(0, prefix.size(), prefix, 0, beginning.size()) != 0) return false;
        if (!query_.after_prefix.empty() && beginning.starts_with(query_.after_prefix)) return false;
        // All keys that begin so are less than `after` if the beginning is, and `after` does not begin so itself.
        if (beginning < query_.after && !query_.after.starts_with(beginning)) return false;
        if (const auto rolled = rolled_up(beginning)) return !items_.contains(*rolled) && fits(*rolled);
        return fits(beginning);
    }

    void add(const std::string& key) {
        if (!key.starts_with(query_.prefix) || key <= query_.after) return;
        if (!query_.after_prefix.empty() && key.starts_with(query_.after_prefix)) return;
        const auto rolled = rolled_up(key);
        const std::string& name = rolled ? *rolled : key;
        if (!fits(name)) return;
        items_.emplace(name, rolled.has_value());
        if (items_.size() > query_.limit + 1) items_.erase(std::prev(items_.end()));
    }

    KeyListing take() {
        KeyListing listing;
        listing.truncated = query_.limit > 0 && items_.size() > query_.limit;
        for (const auto& [name, is_prefix] : items_) {
            if (listing.items.size() == query_.limit) break;
            listing.items.push_back({name, is_prefix});
        }
        return listing;
    }

private:
    /// The common prefix that all keys beginning with `beginning` are rolled up into, if its delimiter is in sight.
    std::optional<std::string> rolled_up(const std::string& beginning) const {
        if (query_.delimiter.empty() || beginning.size() < query_.prefix.size()) return std::nullopt;
        const std::size_t found = beginning.find(query_.delimiter, query_.prefix.size());
        if (found == std::string::npos) return std::nullopt;
        return beginning.substr(0, found + query_.delimiter.size());
    }

    bool fits(const std::string& name) const { return items_.size() <= query_.limit || name <= items_.rbegin()->first; }

    const ListQuery& query_;
    std::map<std::string, bool> items_;
};

}  // namespace

Result<KeyListing> list_keys(int bucket, const ListQuery& query) {
    Page page(query);
    PathCursor cursor(bucket);
    std::vector<KeyPath> pending{{}};
    while (!pending.empty()) {
        KeyPath path = std::move(pending.back());
        pending.pop_back();
        const auto beginning = key_prefix_of_directory(path);
        if (!beginning || !page.may_hold(*beginning)) continue;
        const auto directory = cursor.open(path);
        if (!directory) continue;  // Removed since its parent was read.
        auto entries = read_directory(directory.get());
        if (!entries) return entries.error();
        for (auto& [name, kind] : *entries) {
            if (kind == EntryKind::other) continue;
            path.push_back(std::move(name));
            if (kind == EntryKind::directory) {
                pending.push_back(path);
            } else if (const auto key = key_of_path(path)) {
                page.add(*key);
            }
            path.pop_back();
        }
    }
    return page.take();
}

}  // namespace rivulet
