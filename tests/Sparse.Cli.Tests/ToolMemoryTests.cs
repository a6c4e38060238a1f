using Sparse.Chunks;
using Sparse.Cli.Options;
using Sparse.LuceneNet;

namespace Sparse.Cli.Tests;

[TestFixture]
internal sealed class ToolMemoryTests
{
    private static readonly ToolMemory Memory = new() { ModelFolder = "/models/a", MaxTokens = 384, Chunk = new ChunkChoice(ChunkBy.Sentences, 200, 20, PassageUse.Merge) };
    private string _folder = "";

    private string File => Path.Combine(_folder, "sparse-tool.json");

    [SetUp]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("sparse-memory-").FullName;

    [TearDown]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Any_changed_byte_is_refused_or_changes_nothing_that_is_remembered()
    {
        Memory.Write(_folder);
        byte[] good = System.IO.File.ReadAllBytes(File);
        var random = new Random(1);
        int refused = 0;
        for (int i = 0; i < good.Length; i++)
        {
            foreach (byte change in new byte[] { 1, 0x20, (byte)random.Next(1, 256) })
            {
                byte[] bad = [.. good];
                bad[i] ^= change;
                System.IO.File.WriteAllBytes(File, bad);
                try
                {
                    Assert.That(ToolMemory.Read(_folder)! with { Checksum = null }, Is.EqualTo(Memory), $"byte {i}");
                }
                catch (InvalidDataException e)
                {
                    refused++;
                    Assert.That(e.Message, Does.Contain("sparse-tool.json' is damaged").And.Contains("--encoder"));
                }
            }
        }

        Assert.That(refused, Is.GreaterThan(good.Length));
    }

    [Test]
    public void A_file_from_before_there_was_a_checksum_is_read_and_one_cut_short_is_refused()
    {
        System.IO.File.WriteAllText(File, "{ \"modelFolder\": \"/models/a\", \"maxTokens\": 384 }");
        Assert.That(ToolMemory.Read(_folder), Is.EqualTo(new ToolMemory { ModelFolder = "/models/a", MaxTokens = 384 }));
        System.IO.File.WriteAllText(File, "");
        Assert.That(() => ToolMemory.Read(_folder), Throws.InstanceOf<InvalidDataException>());
        System.IO.File.Delete(File);
        Assert.That(ToolMemory.Read(_folder), Is.Null);
    }
}
