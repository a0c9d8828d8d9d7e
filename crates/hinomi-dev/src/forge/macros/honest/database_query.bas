Option Explicit

Public Sub 在庫取得()
    Dim cn As Object, rs As Object
    Set cn = CreateObject("ADODB.Connection")
    cn.Open "Provider=Microsoft.ACE.OLEDB.12.0;Data Source=" & ThisWorkbook.Path & "\zaiko.accdb;"
    Set rs = CreateObject("ADODB.Recordset")
    rs.Open "SELECT code, qty FROM zaiko WHERE qty < {number}", cn
    Range("A2").CopyFromRecordset rs
    rs.Close
    cn.Close
End Sub
