using System.Text.Json;
using Sparse.Cli.Tests;

namespace Sparse.OpenSearch.Tests;

/// <summary>The command line with an index on a cluster.</summary>
internal sealed class ToolTests
{
    [Test]
    public void Push_search_eval_and_pull_work_as_with_a_folder()
    {
        string url = Server.Instance.Url, folder = Folders.New("Command Pages");
        string corpus = Path.Combine(SharedData.Repository, "samples/corpus"), run = folder + ".trec", back = folder + ".back";
        Assert.That(Tool.Run("index", corpus, "--index", folder, "--max-tokens", "64").ExitCode, Is.Zero);

        ToolResult pushed = Tool.Run("push", folder, "--target", url, "--shards", "2", "--replicas", "0");
        Assert.That(pushed.ExitCode, Is.Zero, pushed.Error);
        Assert.That(pushed.Output, Does.StartWith("command-pages: 342 documents sent, 0 there already, 0 deleted; 2 shards"));
        Assert.That(Tool.Run("push", folder, "--target", url).Output, Does.StartWith("command-pages: 0 documents sent, 342 there already, 0 deleted; 2 shards"));

        string[] question = ["search", "which process keeps a file open", "--json"];
        Assert.That(Hits(Tool.Run([.. question, "--target", url + "/command-pages"])), Is.EqualTo(Hits(Tool.Run([.. question, "--index", folder]))));
        string[] evaluation = ["eval", "--qrels", Path.Combine(corpus, "qrels/test.tsv"), "--queries", Path.Combine(corpus, "queries.jsonl"), "--json", "--query-encoder", "idf"];
        Assert.That(Tool.Run([.. evaluation, "--target", url + "/command-pages"]).Output, Is.EqualTo(Tool.Run([.. evaluation, "--index", folder]).Output).And.Not.Empty);
        ToolResult batch = Tool.Run("search", "--queries", Path.Combine(corpus, "queries.jsonl"), "--run", run, "--target", url + "/command-pages", "-k", "5");
        Assert.That(batch.Output, Does.StartWith("120 queries, 600 hits"), batch.Error);

        ToolResult pulled = Tool.Run("pull", "--target", url + "/command-pages", "--index", back);
        Assert.That(pulled.ExitCode, Is.Zero, pulled.Error);
        Assert.That(Hits(Tool.Run([.. question, "--index", back])), Is.EqualTo(Hits(Tool.Run([.. question, "--index", folder]))));
    }

    [Test]
    public void Index_that_is_not_named_is_found_when_it_is_the_only_one()
    {
        // Others are there in this run, so the sentence names them.
        ToolResult several = Tool.Run("search", "x", "--target", Server.Instance.Url);
        Assert.That(several.ExitCode, Is.EqualTo(2));
        Assert.That(several.Error, Does.Contain("indexes of ours at").And.Contain("Give the target as URL/NAME").Or.Contain("There is no index of ours"));
        ToolResult missing = Tool.Run("search", "x", "--target", Server.Instance.Url + "/nothing");
        Assert.That(missing.ExitCode, Is.EqualTo(2));
        Assert.That(missing.Error, Does.StartWith("sparse: There is no index 'nothing' at"));
        Assert.That(Tool.Run("search", "x", "--target", Server.Instance.Url + "/x", "--index", "y").Error, Does.Contain("--index and --target are two places"));
    }

    // Scores of words may differ in their last bits.
    private static (string?, double)[] Hits(ToolResult result)
    {
        Assert.That(result.ExitCode, Is.Zero, result.Error);
        return [.. JsonElement.Parse(result.Output).GetProperty("hits").EnumerateArray().Select(hit => (hit.GetProperty("id").GetString(), Math.Round(hit.GetProperty("score").GetDouble(), 6)))];
    }
}
