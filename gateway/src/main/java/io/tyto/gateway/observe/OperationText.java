package io.tyto.gateway.observe;

import graphql.language.AstPrinter;
import graphql.language.AstTransformer;
import graphql.language.Field;
import graphql.language.FloatValue;
import graphql.language.IntValue;
import graphql.language.Node;
import graphql.language.NodeVisitorStub;
import graphql.language.StringValue;
import graphql.language.VariableDefinition;
import graphql.language.VariableReference;
import graphql.parser.InvalidSyntaxException;
import graphql.parser.Parser;
import graphql.util.TraversalControl;
import graphql.util.TraverserContext;
import graphql.util.TreeTransformerUtil;
import io.tyto.graphqlschema.GraphQlRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// What may be told of an operation's text: its kind and name, its hash, and the text without
/// anything that might be a value.
final class OperationText {
  private static final Pattern HEAD =
      Pattern.compile(
          "(?:[\\s,\\uFEFF]|#[^\\n\\r]*)*+(query|mutation|subscription)\\b\\s*([_A-Za-z][_0-9A-Za-z]*)?");
  private static final Pattern NAME = Pattern.compile("[_A-Za-z][_0-9A-Za-z]*");
  private static final int MAX_NAME = 64;
  private static final int HASH_BYTES = 16;

  /// Longer texts are not read again for the log.
  private static final int MAX_TEXT = 64 << 10;

  private static final int MAX_TOLD = 4 << 10;

  private OperationText() {}

  /// Such as `query Revenue`; names are those of the document and not of anybody's data.
  static String what(GraphQlRequest request) {
    Matcher head = HEAD.matcher(request.query());
    boolean isNamed = head.lookingAt();
    String kind = isNamed ? head.group(1) : "query";
    String asked = request.operationName();
    String name = asked == null && isNamed ? head.group(2) : asked;
    if (name == null || !NAME.matcher(name).matches()) {
      return kind;
    }
    return kind + " " + (name.length() > MAX_NAME ? name.substring(0, MAX_NAME) : name);
  }

  /// The first half of its SHA-256, in hexadecimal.
  static String hash(GraphQlRequest request) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(request.query().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, HASH_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /// The operation without its literals, aliases, comments, default values and names of variables.
  /// Only of what was validated: names that stand in no schema may be anything.
  static String withoutValues(GraphQlRequest request) {
    if (request.query().length() > MAX_TEXT) {
      return "(too long to be shown)";
    }
    try {
      Node<?> safe = new AstTransformer().transform(Parser.parse(request.query()), new ValuesOut());
      String text = AstPrinter.printAstCompact(safe);
      return text.length() > MAX_TOLD ? text.substring(0, MAX_TOLD) + "..." : text;
    } catch (InvalidSyntaxException e) {
      return "(no GraphQL)";
    }
  }

  /// Takes the values out of a document.
  @SuppressWarnings("rawtypes") // as the library declares its visitor
  private static final class ValuesOut extends NodeVisitorStub {
    private final Map<String, String> variables = new HashMap<>();

    private String variable(String name) {
      return variables.computeIfAbsent(name, _ -> "v" + (variables.size() + 1));
    }

    @Override
    public TraversalControl visitField(Field node, TraverserContext<Node> context) {
      return TreeTransformerUtil.changeNode(
          context, node.transform(builder -> builder.alias(null)));
    }

    @Override
    public TraversalControl visitVariableDefinition(
        VariableDefinition node, TraverserContext<Node> context) {
      return TreeTransformerUtil.changeNode(
          context,
          node.transform(builder -> builder.name(variable(node.getName())).defaultValue(null)));
    }

    @Override
    public TraversalControl visitVariableReference(
        VariableReference node, TraverserContext<Node> context) {
      return TreeTransformerUtil.changeNode(
          context, node.transform(builder -> builder.name(variable(node.getName()))));
    }

    @Override
    public TraversalControl visitStringValue(StringValue node, TraverserContext<Node> context) {
      return TreeTransformerUtil.changeNode(context, StringValue.of(""));
    }

    @Override
    public TraversalControl visitIntValue(IntValue node, TraverserContext<Node> context) {
      return TreeTransformerUtil.changeNode(context, IntValue.of(0));
    }

    @Override
    public TraversalControl visitFloatValue(FloatValue node, TraverserContext<Node> context) {
      return TreeTransformerUtil.changeNode(context, FloatValue.of(0));
    }
  }
}
