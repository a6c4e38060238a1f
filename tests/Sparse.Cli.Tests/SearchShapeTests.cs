using System.Text.Json;

namespace Sparse.Cli.Tests;

/// <summary>Filters, facets, order, reasons and rules from the command line.</summary>
[TestFixture]
[Parallelizable(ParallelScope.Self)]
internal sealed class SearchShapeTests
{
    [Test]
    public void Fields_rules_and_reasons_work_from_the_command_line()
    {
        using var corpus = new SmallCorpus();
        string file = corpus.Write("books.jsonl", """
            {"_id":"a","title":"","text":"We mend cars of any make.","lang":"en","year":2019}
            {"_id":"b","title":"","text":"An automobile is a car.","lang":"en","year":2021}
            {"_id":"c","title":"","text":"Das Auto steht in der Garage und ist rot.","lang":"de","year":2022}
            """);
        ToolResult made = Tool.Run("index", file, "--index", corpus.Index, "--field", "lang:keyword", "--field", "year:number");
        Assert.That(made.ExitCode, Is.Zero, made.Error);
        Assert.That(made.Error, Does.Contain("1 text of 3").And.Contain("another language"));
        ToolResult found = Tool.Run("search", "car", "--index", corpus.Index, "--filter", "lang = en and year >= 2020", "--facet", "lang", "--explain", "--highlight", "--json");
        Assert.That(found.ExitCode, Is.Zero, found.Error);
        using var json = JsonDocument.Parse(found.Output);
        JsonElement hit = json.RootElement.GetProperty("hits").EnumerateArray().Single();
        Assert.That(hit.GetProperty("id").GetString(), Is.EqualTo("b"));
        JsonElement why = hit.GetProperty("explanation");
        long points = why.GetProperty("terms").EnumerateArray().Sum(term => term.GetProperty("points").GetInt64());
        Assert.That(points, Is.EqualTo(why.GetProperty("points").GetInt64()));
        Assert.That(Math.ScaleB(points, why.GetProperty("exponent").GetInt32()), Is.EqualTo(hit.GetProperty("legs")[1].GetProperty("score").GetDouble()));
        Assert.That(hit.GetProperty("highlight").GetProperty("spans").GetArrayLength(), Is.GreaterThan(0));
        Assert.That(json.RootElement.GetProperty("facets").GetProperty("lang").GetProperty("en").GetInt64(), Is.EqualTo(1));
        ToolResult text = Tool.Run("search", "automobile", "--index", corpus.Index, "--explain", "--sort", "-year");
        Assert.That(text.Output, Does.Contain("← 'automobile' ~ 'cars', sentence 1:"));
        Assert.That(Tool.Run("rules", "set", "r1", "--do", "block", "--document", "b", "--by", "ann", "--index", corpus.Index).ExitCode, Is.Zero);
        Assert.That(Tool.Run("search", "car", "--index", corpus.Index, "--filter", "year = 2021", "--json").Output, Does.Contain("\"hits\":[]"));
        Assert.That(Tool.Run("rules", "list", "--index", corpus.Index).Output, Is.EqualTo("r1: block document b" + Environment.NewLine));
        Assert.That(Tool.Run("rules", "remove", "r1", "--index", corpus.Index).ExitCode, Is.Zero);
        Assert.That(Tool.Run("rules", "log", "--index", corpus.Index).Output, Does.Contain("ann  set  r1: block document b").And.Contain("removed"));
        (string[] Arguments, string Sentence)[] wrong =
        [
            (["search", "car", "--index", corpus.Index, "--filter", "year >= soon"], "'soon' is no number"),
            (["search", "car", "--index", corpus.Index, "--min-score", "high"], "not 'high'"),
            (["search", "car", "--index", corpus.Index, "--sort", "shelf"], "'shelf'"),
            (["rules", "remove", "r9", "--index", corpus.Index], "no rule 'r9'"),
            (["rules", "set", "r", "--do", "pin", "--index", corpus.Index], "about a term or about a document"),
            (["index", file, "--index", corpus.At("other"), "--field", "year:int"], "'year:int'"),
        ];
        foreach ((string[] arguments, string sentence) in wrong)
        {
            ToolResult refused = Tool.Run(arguments);
            Assert.That(refused.ExitCode, Is.EqualTo(2), sentence);
            Assert.That(refused.Error.TrimEnd(), Does.Contain(sentence).And.Not.Contain("\n"));
        }
    }
}
