#include "bin_links.hpp"

#include <algorithm>

#include "bin_file.hpp"
#include "hoist/base/collation.hpp"
#include "hoist/base/text.hpp"
#include "package_facts.hpp"

namespace hoist::installer {
namespace fs = std::filesystem;
namespace {

std::size_t depth_of(std::string_view location) {
  std::size_t depth = 0;
  for (std::size_t at = 0; (at = location.find("node_modules/", at)) != std::string_view::npos; ++at) ++depth;
  return depth;
}

/// `node_modules` of a location's own level: where its .bin is.
std::string bin_folder(std::string_view location) {
  const std::size_t at = location.rfind("node_modules/");
  return std::string(location.substr(0, at)) + "node_modules/.bin";
}

}  // namespace

BinLinker::BinLinker(const lockfile::Lockfile& wanted, TreeWriter& tree, Reporter& reporter,
                     const InstallOptions& options)
    : wanted_(wanted), tree_(tree), reporter_(reporter), options_(options) {}

bool BinLinker::is_global_top(const std::string& location) const { return options_.global && depth_of(location) == 1; }

/// The entry whose manifest counts: a link's target.
const lockfile::LockPackage* BinLinker::owner_of(const std::string& location) const {
  auto entry = wanted_.packages.find(location);
  if (entry != wanted_.packages.end() && entry->second.link) entry = wanted_.packages.find(entry->second.resolved);
  return entry == wanted_.packages.end() ? nullptr : &entry->second;
}

std::vector<BinLinker::Bin> BinLinker::bins_of(const std::string& location) const {
  std::vector<Bin> bins;
  const lockfile::LockPackage* owner = owner_of(location);
  if (owner == nullptr) return bins;
  for (const auto& [name, target] : owner->manifest.bin) {
    Bin bin{normalize_bin_name(name), normalize_bin_target(target)};
    if (bin.name.empty() || bin.target.empty()) {
      reporter_.log(
          LogLevel::kWarn, "bin",
          fmt::format("ignoring the bin \"{}\" of {}: it has no usable name or target", printable(name), location));
      continue;
    }
    bins.push_back(std::move(bin));
  }
  return bins;
}

/// From the folder of the link to the file, as path.relative gives it.
std::string BinLinker::link_text(const std::string& location, const std::string& target) const {
  if (is_global_top(location))
    return (options_.root / location / target).lexically_relative(options_.global_bin).string();
  return "../" + std::string(lockfile::name_of_location(location)) + '/' + target;
}

Result<UniqueFd> BinLinker::open_bin_folder(const std::string& location) {
  if (is_global_top(location)) {
    HOIST_CHECK(make_directories(options_.global_bin));
    UniqueFd fd(::open(options_.global_bin.c_str(), kOpenDirectory));
    if (!fd) return fail_errno("cannot open", options_.global_bin);
    return fd;
  }
  const auto parts = parse_location(location);
  if (!parts) return fail("ELOCKFILE", fmt::format("\"{}\" is no place for a package", location));
  const std::string folder = bin_folder(parts->inside);
  return tree_.open_folder(parts->top, folder);
}

Result<void> BinLinker::link_one(const std::string& location, const Bin& bin) {
  const std::string folder = is_global_top(location) ? options_.global_bin.string() : bin_folder(location);
  if (!taken_.insert(folder + '/' + bin.name).second) return {};
  const fs::path file = options_.root / location / bin.target;
  struct stat status{};
  if (::lstat(file.c_str(), &status) != 0) return {};
  HOIST_TRY(const UniqueFd directory, open_bin_folder(location));
  const std::string text = link_text(location, bin.target);
  ++linked_;
  if (read_link_at(directory.get(), bin.name.c_str()) == text) return {};
  if (!remove_tree_at(directory.get(), bin.name.c_str()) ||
      ::symlinkat(text.c_str(), directory.get(), bin.name.c_str()) != 0)
    return fail_errno("cannot create", fs::path(folder) / bin.name);
  return fix_bin_file(file);
}

Result<std::uint64_t> BinLinker::link(std::vector<std::string> locations) {
  const auto is_link = [&](const std::string& location) {
    const auto entry = wanted_.packages.find(location);
    return entry != wanted_.packages.end() && entry->second.link;
  };
  std::erase_if(locations, [&](const std::string& location) {
    const lockfile::LockPackage* owner = owner_of(location);
    return owner == nullptr || owner->manifest.bin.empty();
  });
  std::sort(locations.begin(), locations.end(), [&](const std::string& a, const std::string& b) {
    if (is_link(a) != is_link(b)) return is_link(b);
    if (depth_of(a) != depth_of(b)) return depth_of(a) < depth_of(b);
    return locale_compare(a, b) < 0;
  });
  for (const std::string& location : locations)
    for (const Bin& bin : bins_of(location)) HOIST_CHECK(link_one(location, bin));
  return linked_;
}

Result<void> BinLinker::remove(const std::vector<Removal>& gone) {
  for (const Removal& removal : gone) {
    if (removal.bins.empty() || !parse_location(removal.location)) continue;
    const fs::path folder =
        is_global_top(removal.location) ? options_.global_bin : options_.root / bin_folder(removal.location);
    const UniqueFd directory(::open(folder.c_str(), kOpenDirectory | O_NOFOLLOW));
    if (!directory) continue;
    const std::string prefix = (options_.root / removal.location).lexically_normal().string() + '/';
    for (const std::string& raw : removal.bins) {
      const std::string name = normalize_bin_name(raw);
      if (name.empty()) continue;
      const std::string text = read_link_at(directory.get(), name.c_str());
      if (text.empty() || !(folder / text).lexically_normal().string().starts_with(prefix)) continue;
      ::unlinkat(directory.get(), name.c_str(), 0);
    }
  }
  return {};
}

Result<void> BinLinker::check_global(const std::vector<std::string>& locations) {
  if (!options_.global || options_.force) return {};
  for (const std::string& location : locations) {
    if (!is_global_top(location)) continue;
    const std::string own = (options_.root / location).lexically_normal().string();
    for (const Bin& bin : bins_of(location)) {
      const fs::path file = options_.global_bin / bin.name;
      struct stat status{};
      if (::lstat(file.c_str(), &status) != 0) continue;
      const std::string text = read_link_at(AT_FDCWD, file.c_str());
      const std::string leads_to = (options_.global_bin / text).lexically_normal().string();
      if (!text.empty() && (leads_to == own || leads_to.starts_with(own + '/'))) continue;
      return fail("EEXIST", fmt::format("file already exists: {}", file.string()),
                  "Remove the existing file and try again, or run with --force to overwrite files recklessly.");
    }
  }
  return {};
}

}  // namespace hoist::installer
