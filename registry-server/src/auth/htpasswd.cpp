#include "auth/htpasswd.hpp"

#include "hoist/base/text.hpp"

namespace hoist::registry {

Result<std::vector<HtpasswdEntry>> parse_htpasswd(std::string_view text, std::string_view file) {
  std::vector<HtpasswdEntry> entries;
  int number = 0;
  for (const auto raw : split(text, '\n')) {
    ++number;
    const auto line = trim(raw);
    if (line.empty() || line.starts_with('#')) continue;
    const auto fields = split(line, ':');
    if (fields.size() < 2 || !is_valid_user_name(fields[0]) || fields[1].empty()) {
      Error error{"EHTPASSWD", "expected name:hash", {}, {}, {std::string(file), number, 1}};
      return std::unexpected(std::move(error));
    }
    std::erase_if(entries, [&](const HtpasswdEntry& entry) { return entry.name == fields[0]; });
    entries.push_back({std::string(fields[0]), std::string(fields[1])});
  }
  return entries;
}

bool is_valid_user_name(std::string_view name) noexcept {
  if (name.empty() || name.size() > 128 || name.starts_with('-') || name.starts_with('.')) return false;
  return std::ranges::none_of(name, [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte <= 0x20 || byte == 0x7f || std::string_view(":/\\$%?#").contains(c);
  });
}

}  // namespace hoist::registry
