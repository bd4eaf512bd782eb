#pragma once
/// The configuration of one run: defaults, .npmrc files, environment and command line, the later ones winning.

#include <array>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "cli/config/environment.hpp"
#include "cli/config/flags.hpp"
#include "cli/config/runtime.hpp"
#include "cli/config/value.hpp"
#include "hoist/base/result.hpp"

namespace hoist::cli {

/// Where a value comes from, the weakest first.
enum class Layer { kDefault, kBuiltin, kGlobal, kUser, kProject, kEnv, kCli };
inline constexpr std::size_t kLayerCount = 7;
[[nodiscard]] std::string_view to_string(Layer layer) noexcept;
[[nodiscard]] std::optional<Layer> parse_layer(std::string_view name) noexcept;

/// A key nobody knows.
struct UnknownKey {
  Layer layer;
  std::string key;
  std::string base_key;  ///< `foo` of `//host/:foo`; empty when the key has no colon
  std::string source;    ///< file, or "environment"
};

/// A deprecated place of a credential, with the way out of it.
struct AuthProblem {
  Layer layer;
  std::string from;
  std::string to;  ///< empty = delete it
};

/// What a message to the user is about, as the log shows it.
struct ConfigNotice {
  std::string title;
  std::string message;
  bool error = false;
};

/// What a configuration is loaded from. All paths absolute.
struct ConfigInputs {
  std::vector<std::string> arguments;  ///< without the program's name
  Environment environment;
  std::string cwd;
  std::string home;
  NodeBinary node;  ///< its prefix is where global packages live
  std::string heading = "hoist";
  bool stdout_is_terminal = false;
  bool stderr_is_terminal = false;
};

class Config {
 public:
  /// EUNKNOWNCONFIG for refused flags, and what reading a broken package.json on the way up may say. Missing and
  /// unreadable .npmrc files are no errors.
  static Result<Config> load(ConfigInputs inputs);

  /// The value that counts; null when nobody set it and there is no default.
  [[nodiscard]] Json get(std::string_view key) const;
  /// The value of one layer.
  [[nodiscard]] std::optional<Json> get(std::string_view key, Layer layer) const;
  [[nodiscard]] bool get_bool(std::string_view key) const;
  /// Empty for null.
  [[nodiscard]] std::string get_string(std::string_view key) const;
  [[nodiscard]] double get_number(std::string_view key) const;
  /// A single text counts as a list of one.
  [[nodiscard]] std::vector<std::string> get_list(std::string_view key) const;
  /// The strongest layer that has the key.
  [[nodiscard]] std::optional<Layer> find(std::string_view key) const;
  [[nodiscard]] bool is_default(std::string_view key) const;

  /// Changes a layer; file layers can be saved afterwards. `value` is taken as written in the file.
  void set(std::string key, Json value, Layer layer);
  void remove(std::string_view key, Layer layer);
  /// Writes a file layer (mode 0600 for the user's); deletes the file when nothing is left.
  [[nodiscard]] Result<void> save(Layer layer) const;

  /// Checks types in file layers and the environment, drops what is wrong and says so. ERR_INVALID_AUTH for credentials
  /// in places npm no longer reads.
  [[nodiscard]] Result<void> validate(std::vector<ConfigNotice>& notices);
  /// The credentials that `validate` complains about.
  [[nodiscard]] std::vector<AuthProblem> auth_problems() const;
  void repair(const std::vector<AuthProblem>& problems);
  /// Unknown flags, and unknown keys of files when `strict-npmrc`: EUNKNOWNCONFIG. Others become notices.
  [[nodiscard]] Result<void> check_unknown(std::vector<ConfigNotice>& notices) const;

  /// The values of one layer by key, the default layer with everything.
  [[nodiscard]] std::map<std::string, Json, std::less<>> layer_values(Layer layer) const;
  [[nodiscard]] const std::string& source(Layer layer) const;
  [[nodiscard]] std::vector<std::string> keys() const;

  [[nodiscard]] const std::vector<std::string>& positionals() const noexcept { return positionals_; }
  [[nodiscard]] std::vector<std::string>& positionals() noexcept { return positionals_; }
  [[nodiscard]] const std::string& local_prefix() const noexcept { return local_prefix_; }
  /// `prefix` of the configuration: where global packages live.
  [[nodiscard]] std::string global_prefix() const { return get_string("prefix"); }
  [[nodiscard]] bool global() const;
  /// The global or the local prefix.
  [[nodiscard]] std::string prefix() const { return global() ? global_prefix() : local_prefix_; }
  [[nodiscard]] bool has_local_package() const noexcept { return has_local_package_; }
  /// The workspace the user stands in; empty outside of one.
  [[nodiscard]] const std::string& implicit_workspace() const noexcept { return implicit_workspace_; }
  [[nodiscard]] const Environment& environment() const noexcept { return inputs_.environment; }
  [[nodiscard]] const ConfigInputs& inputs() const noexcept { return inputs_; }
  /// True for `compat=11`.
  [[nodiscard]] bool npm11() const noexcept { return npm11_; }
  /// What was noticed while loading.
  [[nodiscard]] const std::vector<ConfigNotice>& notices() const noexcept { return notices_; }

 private:
  struct LayerData {
    std::map<std::string, Json, std::less<>> values;
    Json raw = Json::object();
    std::string source;
    bool present = false;
  };

  explicit Config(ConfigInputs inputs);
  [[nodiscard]] LayerData& data(Layer layer) { return layers_[static_cast<std::size_t>(layer)]; }
  [[nodiscard]] const LayerData& data(Layer layer) const { return layers_[static_cast<std::size_t>(layer)]; }
  [[nodiscard]] PathBase base() const { return {inputs_.home, inputs_.cwd}; }
  [[nodiscard]] Json default_of(const Definition& definition) const;
  Result<void> load_flags();
  Result<void> load_environment();
  Result<void> load_file(const std::string& file, Layer layer);
  Result<void> load_project();
  Result<void> load_object(const std::vector<std::pair<std::string, Json>>& entries, Layer layer, std::string source);
  Result<void> check_exclusive(const Definition& definition, Layer layer) const;
  void note_unknown(Layer layer, const std::string& key, const std::string& source);
  void note_invalid(const std::string& key, const Json& value, const std::string& source,
                    std::vector<ConfigNotice>& notices) const;
  void find_local_prefix();

  ConfigInputs inputs_;
  std::array<LayerData, kLayerCount> layers_;
  std::vector<UnknownKey> unknown_;
  std::vector<ConfigNotice> notices_;
  std::vector<std::string> positionals_;
  std::vector<Error> refused_;
  std::string local_prefix_;
  std::string implicit_workspace_;
  bool has_local_package_ = false;
  bool npm11_ = false;
};

/// Keys whose value is never shown.
[[nodiscard]] bool is_protected_key(std::string_view key) noexcept;

}  // namespace hoist::cli
