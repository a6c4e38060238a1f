using System.Globalization;
using System.Text.Json;
using Sparse.LuceneNet;
using Spectre.Console;

namespace Sparse.Cli.Display;

/// <summary>Why a hit is one: a line a term, exact matches first, then expansions with the words that brought them.</summary>
internal static class ExplanationLines
{
    private const int MostTerms = 8;

    /// <summary>Writes the lines.</summary>
    /// <param name="hit">A hit with its explanation.</param>
    /// <param name="indent">Blanks before each line.</param>
    public static void WriteText(SearchHit hit, int indent)
    {
        HitExplanation why = hit.Explanation!;
        MatchedTerm[] shown = [.. why.Terms.Take(MostTerms).OrderByDescending(term => term.IsExact)];
        foreach (MatchedTerm term in shown)
        {
            string colour = term.IsExact ? "green" : "aqua";
            string rule = term.Rule is null ? "" : $" (rule {term.Rule})";
            Screen.Output.MarkupLine(string.Create(CultureInfo.InvariantCulture,
                $"{new string(' ', indent)}[{colour}]{Markup.Escape(term.Term)}[/]{Markup.Escape(Origin(term))}: {Figure.Weight(term.Score)} of {Figure.Weight(hit.Score)}[grey]{Markup.Escape(rule)}[/]"));
        }

        if (why.Terms.Count > shown.Length)
        {
            double rest = why.Terms.Skip(MostTerms).Sum(term => term.Score);
            Screen.Output.MarkupLineInterpolated($"{new string(' ', indent)}[grey]{Figure.Count(why.Terms.Count - shown.Length, "term")} more: {Figure.Weight(rest)}[/]");
        }

        if (why.Rules.Count > 0)
        {
            Screen.Output.MarkupLineInterpolated($"{new string(' ', indent)}[grey]rules for this document ({string.Join(", ", why.Rules)}): {Figure.Weight(Math.ScaleB(why.RulePoints, why.Exponent))}[/]");
        }
    }

    /// <summary>Writes the explanation as a property of a hit.</summary>
    /// <param name="json">Inside the hit's object.</param>
    /// <param name="why">The explanation.</param>
    public static void WriteJson(Utf8JsonWriter json, HitExplanation why)
    {
        json.WriteStartObject("explanation");
        json.WriteNumber("points", why.Points);
        json.WriteNumber("exponent", why.Exponent);
        json.WriteNumber("rulePoints", why.RulePoints);
        json.WriteStartArray("rules");
        foreach (string rule in why.Rules)
        {
            json.WriteStringValue(rule);
        }

        json.WriteEndArray();
        json.WriteStartArray("terms");
        foreach (MatchedTerm term in why.Terms)
        {
            json.WriteStartObject();
            json.WriteString("term", term.Term);
            json.WriteNumber("queryWeight", term.QueryWeight);
            json.WriteNumber("impact", term.Impact);
            json.WriteNumber("points", term.Points);
            json.WriteNumber("score", term.Score);
            json.WriteNumber("share", term.Share);
            json.WriteBoolean("exact", term.IsExact);
            WriteSource(json, "inQuery", term.InQuery);
            WriteSource(json, "inDocument", term.InDocument);
            if (term.Rule is not null)
            {
                json.WriteString("rule", term.Rule);
            }

            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static string Origin(MatchedTerm term)
    {
        if (term.InDocument is not { } source || (term.IsExact && source.Word.Equals(term.Term, StringComparison.OrdinalIgnoreCase)))
        {
            return "";
        }

        string place = source.Sentence == 0 ? "title" : $"sentence {source.Sentence}";
        string query = term.InQuery is { } word && !term.IsExact ? $"'{word.Word}' ~ " : "";
        return $" ← {query}'{source.Word}', {place}";
    }

    private static void WriteSource(Utf8JsonWriter json, string name, WordSource? source)
    {
        if (source is not null)
        {
            json.WriteStartObject(name);
            json.WriteString("word", source.Word);
            json.WriteNumber("start", source.Start);
            json.WriteNumber("end", source.End);
            json.WriteNumber("sentence", source.Sentence);
            json.WriteEndObject();
        }
    }
}
