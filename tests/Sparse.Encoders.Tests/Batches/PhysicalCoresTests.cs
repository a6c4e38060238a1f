using Sparse.Encoders.Batches;

namespace Sparse.Encoders.Tests.Batches;

internal sealed class PhysicalCoresTests
{
    [TestCase("0-7", 4)]
    [TestCase("0,4", 1, TestName = "Two threads of one core are one core")]
    [TestCase("1-2,5", 2)]
    [TestCase("9", int.MaxValue, TestName = "Nothing is known of a processor without topology")]
    [TestCase("", int.MaxValue)]
    public void Cores_are_counted_among_the_processors_that_are_allowed(string allowed, int cores)
    {
        using var scratch = new Scratch();
        for (int cpu = 0; cpu < 8; cpu++)
        {
            string topology = Directory.CreateDirectory(Path.Combine(scratch["cpu"], $"cpu{cpu}", "topology")).FullName;
            File.WriteAllText(Path.Combine(topology, "thread_siblings_list"), $"{cpu % 4},{(cpu % 4) + 4}\n");
        }

        File.WriteAllText(scratch["status"], $"Name:\tsparse\nCpus_allowed_list:\t{allowed}\nThreads:\t1\n");

        Assert.That(PhysicalCores.Among(scratch["cpu"], scratch["status"]), Is.EqualTo(cores));
    }

    [Test]
    public void Default_is_at_least_one_and_no_more_than_the_processors() => Assert.That(PhysicalCores.Count, Is.InRange(1, Environment.ProcessorCount));
}
