using System.Diagnostics;
using System.Globalization;
using Sparse.LuceneNet;

namespace Sparse.Cli.Tests;

/// <summary>SIGKILL while indexing: the index reopens at its last commit, every time, and --append goes on from there.</summary>
internal sealed class KilledIndexingTests
{
    private const int SmallestWindow = 32;
    private const int KillsOfOneIndex = 5;

    [Test]
    public void Killed_at_12_random_moments_seed_1_every_reopening_is_at_a_commit_and_append_goes_on() => KillAndGoOn(12, seed: 1, documents: 8_000, "none", mostDelay: 1_200);

    [Test]
    public void Killed_at_100_random_moments_seed_2_every_reopening_is_at_a_commit_and_append_goes_on()
    {
        RequireLong();
        KillAndGoOn(100, seed: 2, documents: 8_000, "none", mostDelay: 3_000);
    }

    [Test]
    public void Killed_at_10_random_moments_of_encoding_seed_3_append_goes_on()
    {
        RequireLong();
        KillAndGoOn(10, seed: 3, documents: 1_500, "builtin", mostDelay: 6_000);
    }

    private static void RequireLong()
    {
        if (Environment.GetEnvironmentVariable("SPARSE_LONG") != "1")
        {
            Assert.Ignore("skipped: takes minutes; SPARSE_LONG=1 runs it");
        }
    }

    private static void KillAndGoOn(int kills, int seed, int documents, string encoder, int mostDelay)
    {
        using var corpus = new SmallCorpus();
        string input = corpus.At("numbered.jsonl");
        NumberedCorpus.Write(input, documents);
        string[] arguments = ["index", input, "--index", corpus.Index, "--encoder", encoder, "--commit-every", "1", "--append"];
        var random = new Random(seed);
        int killed = 0, finished = 0, before = 0;
        var moments = new HashSet<int>();
        while (killed < kills)
        {
            using Process process = Tool.Start(null, arguments);
            Task<string> error = process.StandardError.ReadToEndAsync();
            Task<string> output = process.StandardOutput.ReadToEndAsync();
            WaitUntilWriting(process, corpus.Index);
            bool isKill = killed % KillsOfOneIndex != 0 || before == 0;
            if (isKill && !process.WaitForExit(random.Next(mostDelay)))
            {
                process.Kill();
                process.WaitForExit();
                killed++;
                int after = CommittedAfterKill(corpus.Index, documents);
                Assert.That(after, Is.GreaterThanOrEqualTo(before), "nothing committed is lost");
                moments.Add(before = after);
                continue;
            }

            // Every few kills, and where the kill came too late, --append goes on to the end.
            process.WaitForExit();
            Assert.That(process.ExitCode, Is.Zero, $"after {killed} kills: {error.Result} {output.Result}");
            AssertComplete(corpus.Index, documents);
            Directory.Delete(corpus.Index, recursive: true);
            (before, finished) = (0, finished + 1);
        }

        ToolResult last = Tool.Run(arguments);
        Assert.That(last.ExitCode, Is.Zero, last.Error);
        AssertComplete(corpus.Index, documents);
        TestContext.Out.WriteLine($"{killed} kills left {moments.Count} different commits; {finished + 1} indexes completed by --append");
        Assert.That(moments, Has.Count.GreaterThan(2), "kills must hit different moments of indexing");
    }

    /// <summary>Waits until the process holds the write lock, so that a slow start on a busy machine does not use up the delay.</summary>
    internal static void WaitUntilWriting(Process process, string folder)
    {
        string path = Path.Combine(folder, "write.lock");
        while (!process.WaitForExit(10))
        {
            try
            {
                using FileStream free = File.Open(path, FileMode.Open, FileAccess.ReadWrite, FileShare.None);
            }
            catch (DirectoryNotFoundException)
            {
                // Not made yet.
            }
            catch (FileNotFoundException)
            {
                // Not made yet.
            }
            catch (IOException)
            {
                return;
            }
        }
    }

    /// <summary>Opens what a kill left and returns how many documents are in: always whole windows from the start of the input.</summary>
    private static int CommittedAfterKill(string folder, int documents)
    {
        if (!SparseIndex.Exists(folder))
        {
            return 0;
        }

        using SparseIndex index = SparseIndex.OpenReadOnly(folder);
        int count = index.Count;
        Assert.Multiple(() =>
        {
            Assert.That(count % SmallestWindow == 0 || count == documents, Is.True, $"{count} documents are not at a commit");
            Assert.That(count == 0 || index.Get((count - 1).ToString(CultureInfo.InvariantCulture)) is not null, Is.True);
            Assert.That(index.Get(count.ToString(CultureInfo.InvariantCulture)), Is.Null);
            Assert.That(index.Check().Problems, Is.Empty);
        });
        return count;
    }

    private static void AssertComplete(string folder, int documents)
    {
        using SparseIndex index = SparseIndex.OpenReadOnly(folder);
        Assert.That(index.Count, Is.EqualTo(documents));
        Assert.That(Enumerable.Range(0, documents).Where(id => index.Get(id.ToString(CultureInfo.InvariantCulture)) is null), Is.Empty);
        Assert.That(index.Check().Problems, Is.Empty);
    }
}
