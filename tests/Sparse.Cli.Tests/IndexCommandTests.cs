using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Sparse.LuceneNet;

namespace Sparse.Cli.Tests;

/// <summary>Building an index: what goes in, what is refused, and how it goes on after a stop. Words alone, so that no model is loaded.</summary>
[Parallelizable(ParallelScope.All)]
internal sealed class IndexCommandTests
{
    [Test]
    public void Index_prints_a_summary_and_remembers_nothing_of_an_encoder()
    {
        using var corpus = new SmallCorpus();
        ToolResult result = Tool.Run("index", corpus.Corpus, "--index", corpus.Index, "--encoder", "none");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.Error);
            Assert.That(result.Output, Does.Match(@"^6 documents indexed in [\d.]+ s \([\d.,]+/s\)\n.*index holds 6 documents, .*words alone\n$"));
            Assert.That(result.Error, Is.Empty);
        });
    }

    [Test]
    public void Folder_with_an_index_is_refused_without_append()
    {
        using SmallCorpus corpus = new SmallCorpus().Indexed();
        CommandLineTests.AssertWrong(Tool.Run("index", corpus.Corpus, "--index", corpus.Index, "--encoder", "none"), "already holds an index", "--append");
    }

    [Test]
    public void Folder_with_other_files_is_refused()
    {
        using var corpus = new SmallCorpus();
        CommandLineTests.AssertWrong(Tool.Run("index", corpus.Corpus, "--index", corpus.Folder, "--encoder", "none"), "other than an index");
        Assert.That(Directory.EnumerateFiles(corpus.Folder).Select(Path.GetFileName), Is.EquivalentTo(new[] { "corpus.jsonl", "queries.jsonl", "qrels.tsv" }));
    }

    [Test]
    public void Append_adds_replaces_and_leaves_equal_documents_alone()
    {
        using SmallCorpus corpus = new SmallCorpus().Indexed();
        string more = corpus.Write("more.jsonl", """
            {"_id":"d1","title":"Vaccines","text":"A vaccine trains the immune system to recognise a disease before it strikes."}
            {"_id":"d2","title":"Tea","text":"Tea leaves are steeped."}
            {"_id":"d7","title":"","text":"A seventh document."}

            """);
        ToolResult result = Tool.Run("index", more, "--index", corpus.Index, "--append");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.Error);
            Assert.That(result.Output, Does.StartWith("2 documents indexed").And.Contain("1 there already").And.Contain("holds 7 documents"));
            Assert.That(result.Error, Is.EqualTo("sparse: warning: 1 document replaced an earlier one with the same id\n"));
            Assert.That(Tool.Run("get", "d2", "--index", corpus.Index).Output, Does.Contain("Tea leaves"));
        });
    }

    [Test]
    public void Last_of_equal_ids_wins_also_when_the_first_is_in_the_index_already()
    {
        using var corpus = new SmallCorpus();
        string twice = corpus.Write("twice.jsonl", "{\"_id\":\"a\",\"text\":\"first\"}\n{\"_id\":\"a\",\"text\":\"second\"}\n");
        Assert.That(Tool.Run("index", twice, "--index", corpus.Index, "--encoder", "none").Error, Does.Contain("1 document replaced"));
        for (int i = 0; i < 2; i++)
        {
            Assert.That(Tool.Run("get", "a", "--index", corpus.Index).Output, Does.Contain("second"));
            Assert.That(Tool.Run("index", twice, "--index", corpus.Index, "--append").ExitCode, Is.Zero);
        }
    }

    [Test]
    public void Append_without_an_index_starts_one()
    {
        using var corpus = new SmallCorpus();
        ToolResult result = Tool.Run("index", corpus.Corpus, "--index", corpus.Index, "--encoder", "none", "--append");
        Assert.That(result.Output, Does.Contain("holds 6 documents"), result.Error);
    }

    [Test]
    public void Vectors_are_not_added_to_words_alone()
    {
        using SmallCorpus corpus = new SmallCorpus().Indexed();
        CommandLineTests.AssertWrong(
            Tool.Run("index", corpus.Corpus, "--index", corpus.Index, "--append", "--encoder", "builtin"), "built with --encoder none", "leave --encoder out");
    }

    [Test]
    public void Missing_input_and_missing_model_are_named_before_anything_is_made()
    {
        using var corpus = new SmallCorpus();
        CommandLineTests.AssertWrong(Tool.Run("index", corpus.At("gone.jsonl"), "--index", corpus.Index), "gone.jsonl");
        CommandLineTests.AssertWrong(Tool.Run("index", corpus.Corpus, "--index", corpus.Index, "--encoder", corpus.At("gone")), "no model folder", "gone");
        CommandLineTests.AssertWrong(Tool.Run("index", corpus.Corpus, "--index", corpus.Index, "--encoder", corpus.Corpus), "is a file; --encoder takes a model folder");
        Assert.That(Directory.Exists(corpus.Index), Is.False);
    }

    [Test]
    public void Folder_without_a_model_is_named()
    {
        using var corpus = new SmallCorpus();
        CommandLineTests.AssertWrong(Tool.Run("index", corpus.Corpus, "--index", corpus.Index, "--encoder", corpus.Folder), corpus.Folder);
        Assert.That(Directory.Exists(corpus.Index), Is.False);
    }

    [Test]
    public void Broken_line_stops_the_run_with_its_number_and_keeps_what_came_before()
    {
        using var corpus = new SmallCorpus();
        string broken = corpus.Write("broken.jsonl", "{\"_id\":\"a\",\"text\":\"fine\"}\n{\"_id\":\"b\",\"text\":\"fine\"}\n{\"_id\":\"c\",\"te\n{\"_id\":\"d\",\"text\":\"fine\"}\n");
        ToolResult result = Tool.Run("index", broken, "--index", corpus.Index, "--encoder", "none");
        CommandLineTests.AssertWrong(result, "broken.jsonl, line 3", "2 documents before it are in the index", "--skip-bad", "--append");
        using SparseIndex index = SparseIndex.OpenReadOnly(corpus.Index);
        Assert.That(index.Count, Is.EqualTo(2));
    }

    [Test]
    public void Skip_bad_counts_and_lists_what_it_left_out()
    {
        using var corpus = new SmallCorpus();
        string broken = corpus.Write("broken.jsonl", "{\"_id\":\"a\",\"text\":\"fine\"}\nnot json\n{\"text\":\"no id\"}\n{\"_id\":\"d\",\"text\":\"fine\"}\n");
        ToolResult result = Tool.Run("index", broken, "--index", corpus.Index, "--encoder", "none", "--skip-bad");
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.Error);
            Assert.That(result.Output, Does.Contain("holds 2 documents"));
            Assert.That(result.Error, Does.Contain("2 bad places skipped").And.Contain("line 2").And.Contain("line 3"));
        });
    }

    [Test]
    public void Fields_are_chosen_and_further_ones_stored()
    {
        using var corpus = new SmallCorpus();
        string table = corpus.Write("table.csv", "sku,name,notes,price\nx1,Lamp,bright and warm,12\nx2,Chair,soft,40\n");
        ToolResult result = Tool.Run("index", table, "--index", corpus.Index, "--encoder", "none", "--id-field", "sku", "--text-field", "name", "notes");
        using var json = JsonDocument.Parse(Tool.Run("get", "x1", "--index", corpus.Index, "--json").Output);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.Zero, result.Error);
            Assert.That(json.RootElement.GetProperty("text").GetString(), Is.EqualTo("Lamp bright and warm"));
            Assert.That(json.RootElement.GetProperty("fields").GetProperty("price").GetString(), Is.EqualTo("12"));
        });
    }

    [Test]
    public void Field_of_the_input_named_like_one_of_the_index_is_kept_under_another_name()
    {
        using var corpus = new SmallCorpus();
        string named = corpus.Write("named.jsonl", "{\"_id\":\"a\",\"text\":\"fine\",\"sparse\":\"yes\"}\n");
        Assert.That(Tool.Run("index", named, "--index", corpus.Index, "--encoder", "none").ExitCode, Is.Zero);
        Assert.That(Tool.Run("get", "a", "--index", corpus.Index, "--json").Output, Does.Contain("\"sparse_\":\"yes\""));
    }

    [Test]
    public void Delete_counts_what_it_deleted()
    {
        using SmallCorpus corpus = new SmallCorpus().Indexed();
        ToolResult result = Tool.Run("delete", "d1", "d3", "nope", "--index", corpus.Index);
        using SparseIndex index = SparseIndex.OpenReadOnly(corpus.Index);
        Assert.That((result.ExitCode, result.Output, index.Count), Is.EqualTo((0, "deleted 2 documents; 1 id not in the index\n", 4)));
    }

    [Test]
    public void Damaged_index_fails_the_check_with_code_1()
    {
        using SmallCorpus corpus = new SmallCorpus().Indexed();
        FileInfo largest = new DirectoryInfo(corpus.Index).EnumerateFiles("_*").MaxBy(file => file.Length)!;
        byte[] bytes = File.ReadAllBytes(largest.FullName);
        Array.Fill(bytes, (byte)0x5A, bytes.Length / 2, bytes.Length / 4);
        File.WriteAllBytes(largest.FullName, bytes);
        ToolResult result = Tool.Run("check", "--index", corpus.Index);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(1), result.Error);
            Assert.That(result.Output, Does.Contain("damaged: "));
            Assert.That(result.Error, Does.StartWith("sparse: ").And.Not.Contain("   at "));
        });
    }

    [Test]
    [Platform("Linux,MacOsX")]
    public void Index_that_another_process_writes_is_refused()
    {
        using var corpus = new SmallCorpus();
        using var slow = SlowIndexing.Start(corpus);
        CommandLineTests.AssertWrong(Tool.Run("index", corpus.Corpus, "--index", corpus.Index, "--append"), "locked", corpus.Index);
        CommandLineTests.AssertWrong(Tool.Run("delete", "d1", "--index", corpus.Index), "locked", corpus.Index);
        Assert.That(Tool.Run("stats", "--index", corpus.Index).ExitCode, Is.Zero, "reading goes on beside a writer");
    }

    [TestCase("INT")]
    [TestCase("TERM")]
    [Platform("Linux,MacOsX")]
    public void Signal_commits_what_is_done_and_says_how_to_go_on(string signal)
    {
        using var corpus = new SmallCorpus();
        using var slow = SlowIndexing.Start(corpus);
        ToolResult result = slow.Signal(signal);
        Assert.Multiple(() =>
        {
            Assert.That(result.ExitCode, Is.EqualTo(130), result.Error);
            Assert.That(result.Error, Does.Contain($"{SlowIndexing.Documents} documents are in '{corpus.Index}'. Go on with:\n  sparse index "));
            Assert.That(result.Error.TrimEnd(), Does.EndWith("--append"));
        });
        using SparseIndex index = SparseIndex.OpenReadOnly(corpus.Index);
        Assert.That(index.Count, Is.EqualTo(SlowIndexing.Documents));
    }

    [Test]
    [Platform("Linux")]
    public void Full_disk_is_named_and_the_last_commit_stays()
    {
        using var corpus = new SmallCorpus();
        string large = corpus.At("large.jsonl");
        NumberedCorpus.Write(large, 20_000);
        string disk = Directory.CreateDirectory(corpus.At("disk")).FullName;
        string after = corpus.At("after");
        // A real full disk: a tmpfs of 1 MB in a mount namespace of its own, copied out before it vanishes.
        ToolResult result = Tool.RunScript(
            $"unshare -rm bash -c 'mount -t tmpfs -o size=1m tmpfs {disk} || exit 99; \"$@\"; code=$?; cp -r {disk}/index {after}; exit $code' bash \"$@\"",
            "index", large, "--index", Path.Combine(disk, "index"), "--encoder", "none", "--commit-every", "1");
        if (result.ExitCode is 99 || result.Error.Contains("unshare", StringComparison.Ordinal))
        {
            Assert.Ignore("skipped: this system lets no user mount a small disk: " + result.Error);
        }

        CommandLineTests.AssertWrong(result, "is full", "last commit", "--append");
        using SparseIndex index = SparseIndex.OpenReadOnly(after);
        Assert.Multiple(() =>
        {
            Assert.That(index.Count, Is.GreaterThan(0).And.LessThan(20_000));
            Assert.That(result.Error, Does.Contain(index.Count.ToString("N0", CultureInfo.InvariantCulture) + " documents"));
            Assert.That(index.Check().Problems, Is.Empty);
        });
    }

    /// <summary>An indexing process that has added some documents and waits for more from a pipe.</summary>
    private sealed class SlowIndexing : IDisposable
    {
        /// <summary>As many as fill the first windows: 32 + 64 + 128 + 256.</summary>
        public const int Documents = 480;
        private readonly Process _process;
        private readonly FileStream _pipe;

        private SlowIndexing(Process process, FileStream pipe)
        {
            _process = process;
            _pipe = pipe;
        }

        public static SlowIndexing Start(SmallCorpus corpus)
        {
            string path = corpus.At("pipe.jsonl");
            using (Process made = Process.Start("mkfifo", path))
            {
                made.WaitForExit();
            }

            Process process = Tool.StartInterruptible("index", path, "--index", corpus.Index, "--encoder", "none", "--format", "jsonl", "--commit-every", "1");
            var pipe = new FileStream(path, FileMode.Open, FileAccess.Write);
            foreach (string line in NumberedCorpus.Lines(Documents))
            {
                pipe.Write(System.Text.Encoding.UTF8.GetBytes(line + "\n"));
            }

            pipe.Flush();
            var patience = Stopwatch.StartNew();
            while (CommittedDocuments(corpus.Index) < Documents && patience.Elapsed < TimeSpan.FromMinutes(1))
            {
                Thread.Sleep(20);
            }

            return new SlowIndexing(process, pipe);
        }

        public ToolResult Signal(string signal)
        {
            using (Process kill = Process.Start("kill", [$"-{signal}", _process.Id.ToString(CultureInfo.InvariantCulture)]))
            {
                kill.WaitForExit();
            }

            return Tool.WaitFor(_process);
        }

        public void Dispose()
        {
            if (!_process.HasExited)
            {
                _process.Kill();
                _process.WaitForExit();
            }

            _process.Dispose();
            try
            {
                _pipe.Dispose();
            }
            catch (IOException)
            {
                // The reader of the pipe is gone, as it should be.
            }
        }

        private static int CommittedDocuments(string folder)
        {
            try
            {
                using SparseIndex index = SparseIndex.OpenReadOnly(folder);
                return index.Count;
            }
            catch (Exception exception) when (exception is IOException or InvalidDataException)
            {
                // Not made yet, or in the middle of a commit.
                return 0;
            }
        }
    }
}
