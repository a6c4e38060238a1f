using System.Collections;
using System.Globalization;
using System.Linq.Expressions;
using Sparse.LuceneNet;

namespace Sparse.Extensions;

/// <summary>Writes a condition in C# as a filter expression of <see cref="SearchOptions.Filter"/>.</summary>
/// <remarks>
/// ==, !=, &lt;, &lt;=, &gt;, &gt;=, &amp;&amp;, ||, !, Contains of a list of values or of a property with several, comparison with null. An
/// empty string counts as no value, as in the index. What can't be written so is refused: nothing is filtered after the search.
/// </remarks>
/// <param name="bind">The field that an expression stands for; null where it stands for none.</param>
internal sealed class LinqFilter(Func<Expression, string?> bind)
{
    private const string All = "id = *";
    private const string None = "not id = *";

    /// <summary>Writes a condition.</summary>
    /// <param name="condition">The condition.</param>
    /// <exception cref="NotSupportedException">A part of it has no counterpart.</exception>
    public string Translate(LambdaExpression condition) => Condition(condition.Body);

    private string Condition(Expression node)
    {
        node = Unwrapped(node);
        if (bind(node) is { } flag && node.Type == typeof(bool))
        {
            return $"{flag} = true";
        }

        switch (node)
        {
            case BinaryExpression { NodeType: ExpressionType.AndAlso or ExpressionType.And } both:
                return $"({Condition(both.Left)} and {Condition(both.Right)})";
            case BinaryExpression { NodeType: ExpressionType.OrElse or ExpressionType.Or } either:
                return $"({Condition(either.Left)} or {Condition(either.Right)})";
            case UnaryExpression { NodeType: ExpressionType.Not } not:
                return $"not {Condition(not.Operand)}";
            case BinaryExpression comparison:
                return Comparison(comparison);
            case MethodCallExpression { Method.Name: "Contains" } contains:
                return Contains(contains);
            default:
                return TryEvaluate(node, out object? value) && value is bool known ? known ? All : None : throw Unsupported(node);
        }
    }

    private string Comparison(BinaryExpression node)
    {
        string operation = node.NodeType switch
        {
            ExpressionType.Equal => "=",
            ExpressionType.NotEqual => "!=",
            ExpressionType.LessThan => "<",
            ExpressionType.LessThanOrEqual => "<=",
            ExpressionType.GreaterThan => ">",
            ExpressionType.GreaterThanOrEqual => ">=",
            _ => throw Unsupported(node),
        };
        string? field = bind(Unwrapped(node.Left));
        Expression other = node.Right;
        if (field is null)
        {
            field = bind(Unwrapped(node.Right)) ?? throw Unsupported(node);
            other = node.Left;
            operation = operation switch { "<" => ">", "<=" => ">=", ">" => "<", ">=" => "<=", _ => operation };
        }

        object? value = TryEvaluate(other, out object? found) ? found : throw Unsupported(node);
        string test = value is null or "" ? $"not {field} = *" : $"{field} {(operation == "!=" ? "=" : operation)} {Quoted(value)}";
        return value is null or "" && operation is not ("=" or "!=") ? None : operation == "!=" ? $"not {test}" : test;
    }

    // values.Contains(r.Field), r.Field.Contains(value), and both as static calls of Enumerable or MemoryExtensions.
    private string Contains(MethodCallExpression node)
    {
        Expression[] parts = node.Object is { } source ? [source, .. node.Arguments] : [.. node.Arguments];
        if (parts.Length > 2 && TryEvaluate(parts[2], out object? comparer) && comparer is null)
        {
            parts = parts[..2];
        }

        if (parts.Length == 2 && bind(Unwrapped(parts[1])) is { } field && TryEvaluate(Unwrapped(parts[0]), out object? values) && values is IEnumerable several and not string)
        {
            object?[] wanted = [.. several.Cast<object?>()];
            string[] tests = [.. wanted.Where(value => value is not (null or "")).Select(value => Quoted(value!))];
            string some = tests.Length == 0 ? None : $"{field} in ({string.Join(", ", tests)})";
            return tests.Length == wanted.Length ? some : $"({some} or not {field} = *)";
        }

        // Of one string, Contains looks inside it, which no field of values can.
        return parts.Length == 2 && Unwrapped(parts[0]) is var property && property.Type != typeof(string) && bind(property) is { } tags && TryEvaluate(parts[1], out object? tag) && tag is not (null or "")
            ? $"{tags} = {Quoted(tag)}" : throw Unsupported(node);
    }

    private static string Quoted(object value)
    {
        string text = value switch
        {
            DateTime { Kind: DateTimeKind.Unspecified } time => Milliseconds(new DateTimeOffset(time, TimeSpan.Zero)),
            DateTime time => Milliseconds(time),
            DateTimeOffset time => Milliseconds(time),
            bool flag => flag ? "true" : "false",
            IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
            _ => value.ToString() ?? "",
        };
        return '"' + text.Replace("\\", @"\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + '"';
    }

    private static string Milliseconds(DateTimeOffset time) => time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    // Conversions to object, to a nullable type, and of an array to a span.
    private static Expression Unwrapped(Expression node) => node switch
    {
        UnaryExpression { NodeType: ExpressionType.Convert or ExpressionType.ConvertChecked } conversion => Unwrapped(conversion.Operand),
        MethodCallExpression { Method.Name: "op_Implicit", Arguments: [var argument] } => Unwrapped(argument),
        MemberExpression { Member.Name: "Value", Expression: { } inner } when Nullable.GetUnderlyingType(inner.Type) is not null => Unwrapped(inner),
        _ => node,
    };

    // Everything that does not depend on the record is a value: a variable of the caller, a constant, a call.
    private static bool TryEvaluate(Expression node, out object? value)
    {
        value = null;
        var finder = new ParameterFinder();
        finder.Visit(node);
        if (finder.Found)
        {
            return false;
        }

        value = node is ConstantExpression constant ? constant.Value : Expression.Lambda(node).Compile(preferInterpretation: true).DynamicInvoke();
        return true;
    }

    private static NotSupportedException Unsupported(Expression node) =>
        new($"The filter '{node}' can't be written for the index; there are ==, !=, <, <=, >, >=, &&, ||, ! and Contains over indexed properties.");

    private sealed class ParameterFinder : ExpressionVisitor
    {
        public bool Found { get; private set; }

        protected override Expression VisitParameter(ParameterExpression node)
        {
            Found = true;
            return node;
        }
    }
}
