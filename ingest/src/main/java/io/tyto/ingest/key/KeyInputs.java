package io.tyto.ingest.key;

import io.tyto.model.access.AddressRange;
import io.tyto.model.access.Scope;
import io.tyto.model.error.ErrorCode;
import io.tyto.model.error.TytoException;
import io.tyto.model.port.KeyService;
import io.tyto.model.port.KeyService.KeyInput;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Pattern;

/// Checks what a new key is to be.
final class KeyInputs {
  /// Projects, roles, parameters and classes of limits.
  private static final Pattern WORD = Pattern.compile("[A-Za-z][A-Za-z0-9_.-]{0,62}");

  private final List<String> faults = new ArrayList<>();

  /// What is left after the check.
  record Checked(List<Scope> scopes, List<AddressRange> ranges) {}

  /// BAD_USER_INPUT with everything that is wrong.
  static Checked check(KeyInput input, Instant now) {
    return new KeyInputs().checked(input, now);
  }

  private Checked checked(KeyInput input, Instant now) {
    String name = input.name();
    require(
        !name.isBlank()
            && name.length() <= KeyService.MAX_NAME_CHARACTERS
            && name.chars().noneMatch(Character::isISOControl),
        "the name: expected 1 to %d printable characters",
        KeyService.MAX_NAME_CHARACTERS);
    requireWord("the project", input.project());
    input.roles().forEach(role -> requireWord("a role", role));
    if (input.limits() != null) {
      requireWord("the limits", input.limits());
    }
    atMost("roles", input.roles().size(), KeyService.MAX_ROLES);
    atMost("scopes", input.scopes().size(), KeyService.MAX_SCOPES);
    atMost("address ranges", input.ranges().size(), KeyService.MAX_RANGES);
    checkParameters(input);
    require(
        !input.scopes().isEmpty() || !input.roles().isEmpty(),
        "without scopes and roles the key allows nothing: expected scopes such as query:*");
    Instant expires = input.expiresAt();
    if (expires != null) {
      require(expires.isAfter(now), "the key would have expired at %s already", expires);
    }
    List<Scope> scopes = parsed(input.scopes(), Scope::parse);
    List<AddressRange> ranges = parsed(input.ranges(), AddressRange::parse);
    if (!faults.isEmpty()) {
      throw new TytoException(ErrorCode.BAD_USER_INPUT, String.join("\n", faults));
    }
    return new Checked(scopes, ranges);
  }

  private void checkParameters(KeyInput input) {
    atMost("parameters", input.parameters().size(), KeyService.MAX_PARAMETERS);
    input
        .parameters()
        .forEach((parameter, values) -> {
          requireWord("a parameter", parameter);
          atMost("values of one parameter", values.size(), KeyService.MAX_PARAMETER_VALUES);
          for (String value : values) {
            require(
                value.length() <= KeyService.MAX_VALUE_CHARACTERS,
                "a value of the parameter %s has more than %d characters",
                parameter,
                KeyService.MAX_VALUE_CHARACTERS);
          }
        });
  }

  private <T> List<T> parsed(List<String> texts, Function<String, T> parser) {
    List<T> parsed = new ArrayList<>();
    for (String text : texts) {
      try {
        parsed.add(parser.apply(text));
      } catch (TytoException e) {
        faults.add(e.getMessage());
      }
    }
    return parsed.stream().distinct().toList();
  }

  private void requireWord(String what, String word) {
    require(
        WORD.matcher(word).matches(),
        "%s is '%s': expected a letter and at most 62 more letters, digits, '_', '.' and '-'",
        what,
        word);
  }

  private void atMost(String what, int count, int bound) {
    require(count <= bound, "%d %s, expected at most %d", count, what, bound);
  }

  private void require(boolean isGood, String fault, Object... arguments) {
    if (!isGood) {
      faults.add(fault.formatted(arguments));
    }
  }
}
