package io.tyto.graphqlschema;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.sun.management.ThreadMXBean;
import graphql.ExecutionResult;
import graphql.GraphQLError;
import java.lang.management.ManagementFactory;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/// Documents that other GraphQL servers died of are refused before they cost anything, in words
/// that tell nothing of the inside; the limits are where they are said to be.
class HostileDocumentsTest {
  /// What refusing one may allocate; the largest documents that may be sent take some to be parsed.
  private static final long MAX_BYTES = 96L << 20;

  private static final Set<String> REFUSALS =
      Set.of(
          "GRAPHQL_PARSE_FAILED",
          "GRAPHQL_VALIDATION_FAILED",
          "DOCUMENT_TOO_COMPLEX",
          "BAD_USER_INPUT");

  private final Client client = new Client();

  private static String many(int count, String form) {
    return IntStream.range(0, count)
        .mapToObj(i -> form.replace("#", Integer.toString(i)))
        .collect(Collectors.joining(" "));
  }

  private static String nested(int depth, String open, String inside, String close) {
    return open.repeat(depth) + inside + close.repeat(depth);
  }

  /// Each fragment spreads the next one twice: 2^60 fields.
  private static String doublingFragments() {
    return "{...f0}"
        + many(60, "fragment f# on Query{...g# ...h#}")
        + IntStream.range(0, 60)
            .mapToObj(i ->
                "fragment g%d on Query{...f%d} fragment h%d on Query{...f%d}"
                    .formatted(i, i + 1, i, i + 1))
            .collect(Collectors.joining(" "))
        + "fragment f60 on Query{schemaVersion}";
  }

  private static Map<String, String> attacks() {
    Map<String, String> attacks = new LinkedHashMap<>();
    attacks.put("CVE-2023-28867 selections", nested(20_000, "{a", "", "}"));
    attacks.put("CVE-2023-28867 lists", "{schemaVersion(a:" + nested(20_000, "[", "1", "]") + ")}");
    attacks.put(
        "CVE-2023-28867 objects", "{schemaVersion(a:" + nested(10_000, "{a:", "1", "}") + ")}");
    attacks.put(
        "CVE-2023-28867 types", "query(a:" + nested(20_000, "[", "Int", "]") + "){schemaVersion}");
    attacks.put("nested inline fragments", "{" + nested(4_000, "...{", "schemaVersion", "}") + "}");
    attacks.put("CVE-2022-37734", "{schemaVersion" + " @a".repeat(15_000) + "}");
    attacks.put("directives that exist", "{schemaVersion" + " @include(if:true)".repeat(21) + "}");
    attacks.put("directives apart", "{" + many(21, "schemaVersion @skip(if:false)") + "}");
    attacks.put(
        "CVE-2024-40094 circles",
        "{__schema{types{" + nested(6, "fields{type{", "name", "}}") + "}}}");
    attacks.put("CVE-2024-40094 aliases", "{" + many(100, "a#:__schema{types{name}}") + "}");
    attacks.put(
        "introspection through fragments",
        "{__schema{types{...t}}}fragment t on __Type{fields{type{...u}}}"
            + "fragment u on __Type{fields{type{...v}}} fragment v on __Type{fields{name}}");
    attacks.put("fragments that double", doublingFragments());
    attacks.put("a fragment of itself", "{...a}fragment a on Query{...a}");
    attacks.put(
        "a circle of fragments",
        "{...f0}" + many(300, "fragment f# on Query{...x#}").replaceAll("x(\\d+)", "f0"));
    attacks.put(
        "fields in circles of fragments",
        "{recharge{...a}}fragment a on RechargeCollection{info{columns{name}} ...b}"
            + "fragment b on RechargeCollection{...a}");
    attacks.put("aliases of cop", "{" + many(101, "alias#:__typename") + "}");
    attacks.put("repetitions of cop", "{" + "__typename ".repeat(500) + "}");
    attacks.put("fields that overlap", "{recharge{" + "info{name rowCount} ".repeat(800) + "}}");
    attacks.put(
        "fields that overlap and disagree",
        "{recharge{" + many(400, "records(first:#,range:{preset:TODAY}){nodes{_id}}") + "}}");
    attacks.put("spaces", "{schemaVersion}" + ",".repeat(65_000));
    attacks.put("comments", "{schemaVersion}" + "#\n".repeat(32_000));
    attacks.put("a long name", "{" + "a".repeat(60_000) + "}");
    attacks.put("a long text", "{schemaVersion(a:\"" + "\\u0041".repeat(10_000) + "\")}");
    attacks.put("a long block", "{schemaVersion(a:\"\"\"" + "\n ".repeat(30_000) + "\"\"\")}");
    attacks.put("beyond the document", "{schemaVersion}" + " ".repeat(1 << 20));
    attacks.put("operations", many(1_200, "query q#{schemaVersion}"));
    attacks.put("fragments nobody uses", "{schemaVersion}" + many(700, "fragment f# on A{a}"));
    attacks.put("unknown fields", "{" + many(900, "a#") + "}");
    attacks.put("variables", "query(" + many(1_200, "$a#:Int") + "){schemaVersion}");
    attacks.put("variables twice", "query(" + "$a:Int ".repeat(1_200) + "){schemaVersion}");
    attacks.put("two subscriptions", "subscription{" + many(2, "a#:rechargeLive{id}") + "}");
    attacks.put("characters of no use", "{\u0000\uFEFF\uD800}");
    attacks.put("escapes of nothing", "{schemaVersion(a:\"\\u{110000} \\uD800\")}");
    attacks.put("incremental", "{schemaVersion @defer} ");
    attacks.put("definitions of types", "type Query{a:Int} extend schema{query:Query}");
    attacks.put("nothing", "");
    attacks.put("a comment", "#");
    return attacks;
  }

  @Test
  void areRefusedForLittleAndInNoOnesWords() {
    client.data("{schemaVersion}");
    attacks()
        .forEach((name, document) -> {
          ThreadMXBean thread = (ThreadMXBean) ManagementFactory.getThreadMXBean();
          long before = thread.getCurrentThreadAllocatedBytes();
          ExecutionResult result = client.ask(document, Map.of());
          long bytes = thread.getCurrentThreadAllocatedBytes() - before;
          assertFalse(result.isDataPresent(), name);
          assertFalse(result.getErrors().isEmpty(), name);
          assertTrue(result.getErrors().size() <= 101, name + ": " + result.getErrors().size());
          for (GraphQLError error : result.getErrors()) {
            assertTrue(REFUSALS.contains(code(error)), name + ": " + error);
            for (String inside : List.of("graphql.", "io.tyto", "Exception", "java.")) {
              assertFalse(error.getMessage().contains(inside), name + ": " + error.getMessage());
            }
          }
          assertTrue(bytes < MAX_BYTES, name + " allocated " + bytes);
        });
  }

  /// What is wrong is told; what would have been right is for the schema to tell, to whom it tells
  /// it at all.
  @Test
  void nothingIsSuggested() {
    for (String document :
        List.of(
            "{rechargeX{info{name}}}",
            "{recharge{inf{name}}}",
            "{recharge{values(dimension:COUNTR){value}}}",
            "{recharge{records(range:{preset:TODAX}){nodes{_id}}}}",
            "{recharge{records(range:{preset:TODAY},where:{countrx:{eq:\"DE\"}}){nodes{_id}}}}",
            "{recharge{values(dimensio:COUNTRY){value}}}",
            "query($x:RechargeFilte){recharge{records(range:{preset:TODAY},where:$x){nodes{_id}}}}")) {
      for (GraphQLError error : client.ask(document, Map.of()).getErrors()) {
        String message = error.getMessage();
        assertFalse(message.toLowerCase().contains("did you mean"), message);
        for (String known : List.of("COUNTRY", "TODAY", "country", "'RechargeFilter!")) {
          assertFalse(message.contains(known), message);
        }
      }
    }
  }

  private static String code(GraphQLError error) {
    return (String) Objects.requireNonNull(error.getExtensions()).get("code");
  }

  private String code(String document) {
    ExecutionResult result = client.ask(document, Map.of());
    return result.getErrors().isEmpty() ? "OK" : code(result.getErrors().getFirst());
  }

  private void assertLast(String last, String beyond) {
    String least = code(last);
    assertFalse(least.equals("DOCUMENT_TOO_COMPLEX"), least + ": " + client.ask(last, Map.of()));
    assertEquals("DOCUMENT_TOO_COMPLEX", code(beyond), beyond.substring(0, 100));
  }

  @Test
  void theLimitsAreWhereTheyAreSaidToBe() {
    GraphQlOptions limits = GraphQlOptions.DEFAULT;
    int characters = limits.maxCharacters() - "{schemaVersion}#".length();
    assertLast(
        "{schemaVersion}#" + "x".repeat(characters),
        "{schemaVersion}#" + "x".repeat(characters + 1));
    // Nine tokens stand around the elements, and the end is one.
    int elements = limits.maxTokens() - 10;
    assertLast(
        "{schemaVersion(a:[" + "1 ".repeat(elements) + "])}",
        "{schemaVersion(a:[" + "1 ".repeat(elements + 1) + "])}");
    assertLast(
        "{schemaVersion" + ",".repeat(20_000) + "}", "{schemaVersion" + ",".repeat(20_001) + "}");
    int depth = limits.maxDepth() - 5;
    assertLast(
        "{__schema{types{fields{type{" + nested(depth, "ofType{", "name", "}") + "}}}}}",
        "{__schema{types{fields{type{" + nested(depth + 1, "ofType{", "name", "}") + "}}}}}");
    assertLast(
        "{" + "...{__typename}".repeat(limits.maxFields()) + "}",
        "{" + "...{__typename}".repeat(limits.maxFields() + 1) + "}");
    assertLast(
        "{" + many(limits.maxAliases(), "a#:__typename") + "}",
        "{" + many(limits.maxAliases() + 1, "a#:__typename") + "}");
    assertLast("{" + "__typename ".repeat(100) + "}", "{" + "__typename ".repeat(101) + "}");
    assertLast(
        "{" + many(limits.maxDirectives(), "a#:__typename @include(if:true)") + "}",
        "{" + many(limits.maxDirectives() + 1, "a#:__typename @include(if:true)") + "}");
    assertLast(
        "{" + many(limits.maxPanels(), "a#:recharge{info{name}}") + "}",
        "{" + many(limits.maxPanels() + 1, "a#:recharge{info{name}}") + "}");
  }

  @Test
  void editorsMayAskForTheSchema() {
    String types =
        "query I($d:Boolean=true){__schema{queryType{name}types{...T}directives{name locations"
            + " args(includeDeprecated:$d){...V}}}}fragment T on __Type{kind name description"
            + " fields(includeDeprecated:$d){name args(includeDeprecated:$d){...V}type{...R}}"
            + " inputFields(includeDeprecated:$d){...V}interfaces{...R}enumValues{name}"
            + " possibleTypes{...R}}fragment V on __InputValue{name type{...R}defaultValue}"
            + "fragment R on __Type{kind name "
            + nested(9, "ofType{kind name ", "", "}")
            + "}";
    assertEquals(List.of(), client.ask(types, Map.of()).getErrors());
  }
}
