using System.Text;
using System.Text.Json;

namespace Sparse.Cli.Tests;

/// <summary>A small corpus in BEIR's layout, with queries and judgements, in a folder of its own.</summary>
internal sealed class SmallCorpus : IDisposable
{
    private static readonly (string Id, string Title, string Text)[] Documents =
    [
        ("d1", "Vaccines", "A vaccine trains the immune system to recognise a disease before it strikes."),
        ("d2", "Coffee", "Coffee beans are roasted, ground and brewed with hot water."),
        ("d3", "Rivers", "A river carries fresh water from the mountains to the sea."),
        ("d4", "Trains", "High-speed trains link large cities within a few hours."),
        ("d5", "Bread", "Bread dough rises because yeast turns sugar into gas. Żółw: 🐢 ünïcödé."),
        ("d6", "Stars", "A star shines because hydrogen fuses into helium at its core."),
    ];

    public SmallCorpus()
    {
        Folder = Directory.CreateTempSubdirectory("sparse-cli-").FullName;
        File.WriteAllLines(Corpus, Documents.Select(document => JsonSerializer.Serialize(new { _id = document.Id, title = document.Title, text = document.Text })));
        File.WriteAllLines(Queries,
        [
            "{\"_id\":\"q1\",\"text\":\"how does a vaccine train the immune system\"}",
            "{\"_id\":\"q2\",\"text\":\"river water to the sea\"}",
            "{\"_id\":\"d4\",\"text\":\"high-speed trains between cities\"}",
            "{\"_id\":\"q9\",\"text\":\"not judged\"}",
        ]);
        File.WriteAllText(Qrels, "query-id\tcorpus-id\tscore\nq1\td1\t1\nq2\td3\t1\nd4\td4\t1\n");
    }

    public string Folder { get; }

    public string Corpus => At("corpus.jsonl");

    public string Queries => At("queries.jsonl");

    public string Qrels => At("qrels.tsv");

    public string Index => At("index");

    public static int Count => Documents.Length;

    public string At(string name) => Path.Combine(Folder, name);

    public string Write(string name, string content)
    {
        File.WriteAllText(At(name), content, new UTF8Encoding(false));
        return At(name);
    }

    /// <summary>Makes an index of words alone.</summary>
    public SmallCorpus Indexed(string encoder = "none")
    {
        ToolResult result = Tool.Run("index", Corpus, "--index", Index, "--encoder", encoder);
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return this;
    }

    public void Dispose() => Directory.Delete(Folder, recursive: true);
}
